/* SPDX-License-Identifier: Apache-2.0 */
/*
 * milter_frame - where does the next packet of the milter stream end?
 *
 * Looks at hostile bytes, copies and keeps nothing; constant time.
 */
#ifndef EXOGATE_MILTER_FRAME_H
#define EXOGATE_MILTER_FRAME_H

#include "parse.h"
#include "span.h"

/*
 * PARSE_OK: *packet is the command byte and data of the packet at the start of stream, and
 * MILTER_LENGTH_BYTES + packet->len bytes are used up.  PARSE_MORE: the packet is not all there
 * yet; *wanted is the number of stream bytes known to be needed, its length field included.
 * PARSE_BAD: the length is 0 or over MILTER_PACKET_MAX_BYTES: the stream cannot be followed.
 */
enum parse_status milter_frame_next(struct span stream, struct span *packet, size_t *wanted);

#endif
