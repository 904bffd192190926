// SPDX-License-Identifier: Apache-2.0
#include "frame.h"

#include <string.h>

#define ETHERNET 14
#define TCP	 20

void frame_make(struct frame *frame, const struct exogate_endpoint *to, uint8_t family,
		const uint8_t *source)
{
	uint8_t *ip = frame->bytes + ETHERNET;
	uint32_t ip_len = family == 4 ? 20 : 40;

	*frame = (struct frame){ .len = ETHERNET + ip_len + TCP };
	if (family == 4) {
		frame->bytes[12] = 0x08;
		ip[0] = 0x45;
		ip[3] = 20 + TCP;
		ip[9] = 6;
		memcpy(ip + 12, source, 4);
		memcpy(ip + 16, to->addr, 4);
	} else {
		frame->bytes[12] = 0x86;
		frame->bytes[13] = 0xdd;
		ip[0] = 0x60;
		ip[5] = TCP;
		ip[6] = 6;
		memcpy(ip + 8, source, 16);
		memcpy(ip + 24, to->addr, 16);
	}
	ip[ip_len + 2] = (uint8_t)(to->port >> 8);
	ip[ip_len + 3] = (uint8_t)to->port;
}
