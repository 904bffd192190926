/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * protocol_numbers - those that IANA assigned to what classify.h reads.
 *
 * <linux/in.h> has them too, but clashes with <netinet/in.h> on the host.
 */
#ifndef EXOGATE_PROTOCOL_NUMBERS_H
#define EXOGATE_PROTOCOL_NUMBERS_H

enum {
	PROTOCOL_ETH_IPV4 = 0x0800,
	PROTOCOL_ETH_8021Q = 0x8100,
	PROTOCOL_ETH_IPV6 = 0x86dd,
	PROTOCOL_ETH_8021AD = 0x88a8,

	PROTOCOL_IP_HOPOPTS = 0,
	PROTOCOL_IP_TCP = 6,
	PROTOCOL_IP_ROUTING = 43,
	PROTOCOL_IP_FRAGMENT = 44,
	PROTOCOL_IP_AH = 51,
	PROTOCOL_IP_DSTOPTS = 60,
	PROTOCOL_IP_MOBILITY = 135,
};

#endif
