/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame - the shortest frame that the program judges by its source: Ethernet, IP, TCP.
 *
 * Lengths and protocols are right, all that the program does not read is zero: nobody but the
 * program is to see it.
 */
#ifndef EXOGATE_FRAME_H
#define EXOGATE_FRAME_H

#include <stdint.h>

#include "exogate_abi.h"

#define FRAME_BYTES_MAX (14 + 40 + 20)

struct frame {
	uint8_t bytes[FRAME_BYTES_MAX];
	uint32_t len;
};

/* family is 4 or 6; source has 4 or 16 bytes, as has to->addr unless to is every address. */
void frame_make(struct frame *frame, const struct exogate_endpoint *to, uint8_t family,
		const uint8_t *source);

#endif
