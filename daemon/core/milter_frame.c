// SPDX-License-Identifier: Apache-2.0
#include "milter_frame.h"

#include "milter_wire.h"

enum parse_status milter_frame_next(struct span stream, struct span *packet, size_t *wanted)
{
	uint32_t len;

	if (stream.len < MILTER_LENGTH_BYTES) {
		*wanted = MILTER_LENGTH_BYTES;
		return PARSE_MORE;
	}
	len = milter_get_u32(stream.p);
	if (len == 0 || len > MILTER_PACKET_MAX_BYTES)
		return PARSE_BAD;
	if (stream.len - MILTER_LENGTH_BYTES < len) {
		*wanted = MILTER_LENGTH_BYTES + len;
		return PARSE_MORE;
	}
	*packet = span_of(stream.p + MILTER_LENGTH_BYTES, len);
	return PARSE_OK;
}
