/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * link_tags - what stands between an Ethernet header and what the frame carries: VLAN tags (IEEE
 * 802.1Q, stacked as of 802.1ad).
 *
 * The bytes are hostile.  A frame of more than LINK_TAGS_MAX tags, or one that is cut off within
 * them, has a reason of its own.
 */
#ifndef EXOGATE_LINK_TAGS_H
#define EXOGATE_LINK_TAGS_H

#include "cursor.h"
#include "exogate_abi.h"
#include "protocol_numbers.h"

#define LINK_TAGS_MAX 8

CURSOR_INLINE int link_tags_is_one(__u32 ethertype)
{
	return ethertype == PROTOCOL_ETH_8021Q || ethertype == PROTOCOL_ETH_8021AD;
}

/* Goes past the tags, with *ethertype from the Ethernet header's to that of what follows them.
 * EXOGATE_UNLISTED: done. */
CURSOR_INLINE enum exogate_reason link_tags_walk(struct cursor *cursor, __u32 *ethertype)
{
	const __u8 *tag;
	__u32 n;

	for (n = 0; link_tags_is_one(*ethertype); n++) {
		if (n == LINK_TAGS_MAX)
			return EXOGATE_TAG_LIMIT;
		tag = cursor_take(cursor, 4);
		if (!tag)
			return EXOGATE_MALFORMED;
		*ethertype = cursor_be16(tag + 2);
	}
	return EXOGATE_UNLISTED;
}

#endif
