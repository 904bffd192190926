// SPDX-License-Identifier: Apache-2.0
/* Frames: every answer is a reason, and addresses that are to be looked at lie in the frame. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "classify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct exogate_config any_smtp = { .protected_n = 1, .protected = { { .port = 25 } } };

/* Addresses of the family lie in the frame. */
static void check_address(const uint8_t *data, size_t size, const uint8_t *addr, unsigned family)
{
	assert(addr >= data && addr + (family == 4 ? 4 : 16) <= data + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct classify_packet packet = { 0 };
	enum exogate_reason reason = classify_frame(data, data + size, &any_smtp, &packet);

	assert(reason < EXOGATE_REASON_N);
	assert(reason != EXOGATE_UNLISTED || (packet.family && packet.port == 25));
	if (packet.family) {
		check_address(data, size, packet.source, packet.family);
		check_address(data, size, packet.destination, packet.family);
	}
	return 0;
}
