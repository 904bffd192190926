/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * exogate_abi - what the program in the kernel and its readers agree upon.
 *
 * Shared by the BPF program, the loader and the tests.  What is pinned is one link per interface;
 * the program that it holds leads to everything else: its maps are told apart by the names below,
 * and EXOGATE_MAP_CONFIG says which version of this file it was built from.
 *
 * EXOGATE_ABI_VERSION goes up with every change to a reason's place, a key, a value or a name.
 * Counters are carried over an upgrade between equal versions only.
 */
#ifndef EXOGATE_ABI_H
#define EXOGATE_ABI_H

#include <linux/bpf.h>
#include <linux/types.h>

#define EXOGATE_ABI_VERSION  1
#define EXOGATE_PORT_DEFAULT 25

/* Where links are pinned, as DIR/INTERFACE.  bpffs reserves dots in names, and interface names
 * may have them (eth0.100) but never a colon: so a dot is pinned as a colon. */
#define EXOGATE_PIN_DIR "/sys/fs/bpf/exogate"
#define EXOGATE_PIN_DOT ':'

/* Names as the kernel keeps them: at most 15 bytes. */
#define EXOGATE_PROGRAM	     "exogate_xdp"
#define EXOGATE_MAP_ACL4     "exogate_acl4"    /* ARRAY_OF_MAPS, one slot: LPM_TRIE */
#define EXOGATE_MAP_ACL6     "exogate_acl6"    /* the same for IPv6 */
#define EXOGATE_MAP_COUNTERS "exogate_counter" /* PERCPU_ARRAY by enum exogate_reason */
#define EXOGATE_MAP_CONFIG   ".rodata.config"  /* ARRAY, frozen: struct exogate_config */

/* Why a packet passed or was dropped: identifier, name, verdict, meaning. */
#define EXOGATE_REASONS(X)                                                                       \
	X(NOT_IP, "not-ip", PASS, "neither IPv4 nor IPv6")                                       \
	X(NOT_TCP, "not-tcp", PASS, "IP, but not TCP")                                           \
	X(OTHER_PORT, "other-port", PASS, "TCP to a port that is not protected")                 \
	X(FRAGMENT, "fragment", PASS, "later fragment: of no use without its judged first one")  \
	X(MALFORMED, "malformed", PASS, "no whole IP header: the IP stack discards it")          \
	X(MICROSOFT, "microsoft", PASS, "source is in Microsoft's list")                         \
	X(OPERATOR, "operator", PASS, "source is in the operator's list")                        \
	X(RELAY_POOL, "relay-pool", PASS, "source is in Microsoft's relay pool")                 \
	X(UNLISTED, "unlisted", DROP, "to the protected port from a source in no list")          \
	X(TAG_LIMIT, "tag-limit", DROP, "more VLAN tags than are read")                          \
	X(EXTENSION_LIMIT, "extension-limit", DROP, "more IPv6 extension headers than are read") \
	X(CHAIN_CUT, "chain-cut", DROP, "ends inside its IPv6 extension headers")                \
	X(PORTS_CUT, "ports-cut", DROP, "TCP, but ends before the port numbers")                 \
	X(TINY_FRAGMENT, "tiny-fragment", DROP, "TCP fragment at offset 1 (RFC 3128)")

#define EXOGATE_REASON_ID(id, name, verdict, meaning) EXOGATE_##id,
enum exogate_reason {
	EXOGATE_REASONS(EXOGATE_REASON_ID) EXOGATE_REASON_N
};
#undef EXOGATE_REASON_ID

/* One bit per reason, so that a verdict costs the program a shift and no look-up. */
#define EXOGATE_DROP_BIT(id, name, verdict, meaning) | (XDP_##verdict == XDP_DROP) << EXOGATE_##id
#define EXOGATE_DROPS				     (0u EXOGATE_REASONS(EXOGATE_DROP_BIT))

static inline int exogate_verdict(enum exogate_reason reason)
{
	return EXOGATE_DROPS >> reason & 1 ? XDP_DROP : XDP_PASS;
}

/* Which list a prefix came from: the value in the tries. */
enum exogate_source {
	EXOGATE_SOURCE_MICROSOFT,
	EXOGATE_SOURCE_OPERATOR,
	EXOGATE_SOURCE_RELAY_POOL,
};

/* Keys of the tries, as BPF_MAP_TYPE_LPM_TRIE lays them out: bits, then the address in network
 * order. */
struct exogate_key4 {
	__u32 prefixlen;
	__u8 addr[4];
};

struct exogate_key6 {
	__u32 prefixlen;
	__u8 addr[16];
};

struct exogate_acl_value {
	__u32 source; /* enum exogate_source; anything else counts as unlisted */
};

struct exogate_counter {
	__u64 packets;
	__u64 bytes; /* whole frames, from the Ethernet header on */
};

struct exogate_config {
	__u32 abi;
	__u32 port; /* TCP, host order */
};

#endif
