/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * classify - what is this frame, and would its port make its source matter?
 *
 * The bytes are hostile; nothing outside [data, data_end) is read and nothing is kept.  The same
 * text is compiled for the kernel's verifier and for the host's tests and fuzzers.
 *
 * Answers one enum exogate_reason.  EXOGATE_UNLISTED means "TCP to a protected endpoint": the
 * caller looks the source up and changes the answer if it is in a list.  *packet is filled in as
 * far as the frame was read; its addresses are there for every reason to drop but TAG_LIMIT.
 *
 * Limits: LINK_TAGS_MAX VLAN tags, EXTENSION_HEADERS_MAX IPv6 extension headers.  Linux
 * itself accepts far more of both, so a frame above a limit is dropped, never passed.
 *
 * What cannot be read is dropped where Linux might still deliver it to the port, and passed where
 * Linux discards it before TCP.  Later fragments pass: the first fragment carries the ports and is
 * judged, and Linux drops what overlaps (IPv6: RFC 5722) and first fragments whose header chain is
 * incomplete (RFC 7112).
 *
 * To an address that is not protected everything passes unread.  The address is the one in the IP
 * header, unless an IPv4 header has options: with source routing among them (accept_source_route)
 * Linux delivers to another address of its own, so that the port alone decides.  With IPv6 segment
 * routing switched on (seg6_enabled) or a destination that is translated behind us the frame can
 * reach another address or port: such a host should protect every address.
 *
 * Lengths in IP headers are not compared with the frame's: reading beyond them judges more frames,
 * never fewer.  Of a frame in several buffers the caller gives what it wants read (scattered.h).
 *
 * Not done: the inside of tunnels and of ESP, and AH over IPv4.  Their outer protocol is not TCP,
 * and the kernel unwraps them only where the administrator has configured that.
 */
#ifndef EXOGATE_CLASSIFY_H
#define EXOGATE_CLASSIFY_H

#include "cursor.h"
#include "endpoint.h"
#include "exogate_abi.h"
#include "extension_headers.h"
#include "link_tags.h"
#include "protocol_numbers.h"

struct classify_packet {
	const __u8 *data;   /* where the frame begins */
	const __u8 *source; /* in the frame: 4 or 16 bytes, network order */
	const __u8 *destination;
	__u32 family; /* 4 or 6; 0: the addresses are unknown */
	/* Destination; 0: unknown.  In 8 bytes of its own: the verifier forgets the family, and so
	 * how long the addresses are, when what it does not know is stored beside it. */
	__u32 port __attribute__((aligned(8)));
	__u32 whole; /* all that the IP header announces is in the frame's first buffer */
};

/* The ports are all that counts: flags, offset and checksum are for the TCP stack to judge.
 * rerouted: Linux may deliver to another address than that in the IP header. */
CURSOR_INLINE enum exogate_reason classify_tcp(struct cursor *cursor,
					       const volatile struct exogate_config *config,
					       struct classify_packet *packet, int rerouted)
{
	const __u8 *tcp = cursor_take(cursor, 4);

	if (!tcp)
		return EXOGATE_PORTS_CUT;
	packet->port = cursor_be16(tcp + 2);
	if (rerouted ? endpoint_port_protected_anywhere(config, packet->family, packet->port) :
		       endpoint_port_protected(config, packet->family, packet->destination,
					       packet->port))
		return EXOGATE_UNLISTED;
	return EXOGATE_UNPROTECTED;
}

CURSOR_INLINE enum exogate_reason classify_ipv4(struct cursor *cursor,
						const volatile struct exogate_config *config,
						struct classify_packet *packet)
{
	const __u8 *ip = cursor_take(cursor, 20);
	__u32 header, offset;

	if (!ip || ip[0] >> 4 != 4)
		return EXOGATE_MALFORMED;
	header = (ip[0] & 0xf) * 4;
	if (header < 20 || !cursor_take(cursor, header - 20))
		return EXOGATE_MALFORMED;
	packet->source = ip + 12;
	packet->destination = ip + 16;
	packet->family = 4;
	packet->whole = cursor_has(cursor, ip, cursor_be16(ip + 2));
	if (header == 20 &&
	    !endpoint_address_protected(config, packet->family, packet->destination))
		return EXOGATE_UNPROTECTED;
	if (ip[9] != PROTOCOL_IP_TCP)
		return EXOGATE_NOT_TCP;
	offset = cursor_be16(ip + 6) & 0x1fff;
	if (offset)
		return offset == 1 ? EXOGATE_TINY_FRAGMENT : EXOGATE_FRAGMENT;
	return classify_tcp(cursor, config, packet, header > 20);
}

CURSOR_INLINE enum exogate_reason classify_ipv6(struct cursor *cursor,
						const volatile struct exogate_config *config,
						struct classify_packet *packet)
{
	const __u8 *ip = cursor_take(cursor, 40);
	enum exogate_reason reason;

	if (!ip || ip[0] >> 4 != 6)
		return EXOGATE_MALFORMED;
	packet->source = ip + 8;
	packet->destination = ip + 24;
	packet->family = 6;
	packet->whole = cursor_has(cursor, ip, 40 + cursor_be16(ip + 4));
	if (!endpoint_address_protected(config, packet->family, packet->destination))
		return EXOGATE_UNPROTECTED;
	reason = extension_headers_walk(cursor, ip[6]);
	return reason == EXOGATE_UNLISTED ? classify_tcp(cursor, config, packet, 0) : reason;
}

CURSOR_INLINE enum exogate_reason classify_frame(const void *data, const void *data_end,
						 const volatile struct exogate_config *config,
						 struct classify_packet *packet)
{
	struct cursor cursor = { .pos = data, .end = data_end };
	const __u8 *header = cursor_take(&cursor, 14);
	enum exogate_reason reason;
	__u32 ethertype;

	packet->data = data;
	if (!header)
		return EXOGATE_MALFORMED;
	ethertype = cursor_be16(header + 12);
	reason = link_tags_walk(&cursor, &ethertype);
	if (reason != EXOGATE_UNLISTED)
		return reason;
	if (ethertype == PROTOCOL_ETH_IPV4)
		return classify_ipv4(&cursor, config, packet);
	if (ethertype == PROTOCOL_ETH_IPV6)
		return classify_ipv6(&cursor, config, packet);
	return EXOGATE_NOT_IP;
}

#endif
