/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * extension_headers - what stands between an IPv6 header and the protocol that it carries.
 *
 * The bytes are hostile.  A chain of more than EXTENSION_HEADERS_MAX headers, or one that the frame
 * cuts off, has a reason of its own; what a fragment carries is known from the first one alone.
 */
#ifndef EXOGATE_EXTENSION_HEADERS_H
#define EXOGATE_EXTENSION_HEADERS_H

#include "cursor.h"
#include "exogate_abi.h"
#include "protocol_numbers.h"

#define EXTENSION_HEADERS_MAX 8

/*
 * Those that are read, by protocol number: EXTENSION_HEADERS_READ, and how many bytes a unit of the
 * length field stands for beyond the first 8 (RFC 8200 4, RFC 4302 2.2, RFC 6275 6.1; the fragment
 * header has no length field).  A table, since with a branch for each kind the verifier would walk
 * every combination of kinds.
 */
#define EXTENSION_HEADERS_READ	0x80
#define EXTENSION_HEADERS_UNIT	0x0f
/* No length is above 255 * 8.  To the verifier of Linux 6.1 a product of two unknowns is unbounded:
 * the mask is what bounds it. */
#define EXTENSION_HEADERS_BYTES 0x7ff

static const __u8 extension_headers_kinds[256] = {
	[PROTOCOL_IP_HOPOPTS] = EXTENSION_HEADERS_READ | 8,
	[PROTOCOL_IP_ROUTING] = EXTENSION_HEADERS_READ | 8,
	[PROTOCOL_IP_FRAGMENT] = EXTENSION_HEADERS_READ,
	[PROTOCOL_IP_AH] = EXTENSION_HEADERS_READ | 4,
	[PROTOCOL_IP_DSTOPTS] = EXTENSION_HEADERS_READ | 8,
	[PROTOCOL_IP_MOBILITY] = EXTENSION_HEADERS_READ | 8,
};

/* Walks the chain that begins with the protocol; EXOGATE_UNLISTED if TCP comes after it. */
CURSOR_INLINE enum exogate_reason extension_headers_walk(struct cursor *cursor, __u8 protocol)
{
	const __u8 *extension;
	__u32 kind, beyond, n;

	for (n = 0; (kind = extension_headers_kinds[protocol]); n++) {
		if (n == EXTENSION_HEADERS_MAX)
			return EXOGATE_EXTENSION_LIMIT;
		extension = cursor_take(cursor, 8);
		if (!extension)
			return EXOGATE_CHAIN_CUT;
		if (protocol == PROTOCOL_IP_FRAGMENT && cursor_be16(extension + 2) >> 3)
			return EXOGATE_FRAGMENT;
		beyond = extension[1] * (kind & EXTENSION_HEADERS_UNIT) & EXTENSION_HEADERS_BYTES;
		if (!cursor_take(cursor, beyond))
			return EXOGATE_CHAIN_CUT;
		protocol = extension[0];
	}
	return protocol == PROTOCOL_IP_TCP ? EXOGATE_UNLISTED : EXOGATE_NOT_TCP;
}

#endif
