/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * exogate_abi - what the program in the kernel and its readers agree upon.
 *
 * Shared by the BPF program, the loader, the bench and the tests.  What is pinned is one link per
 * interface; the program that it holds leads to everything else: its maps are told apart by the
 * names below, and EXOGATE_MAP_CONFIG begins with the version of this file that it was built from.
 *
 * EXOGATE_ABI_VERSION goes up with every change to a key, a value, a name or a reason's place.
 * New reasons go to the end of their table and change no version: counters have room for them, so
 * that counters, drops and events are carried over every upgrade between equal versions.
 */
#ifndef EXOGATE_ABI_H
#define EXOGATE_ABI_H

#include <linux/bpf.h>
#include <linux/types.h>

#define EXOGATE_ABI_VERSION 2

/* Where links are pinned, as DIR/INTERFACE.  bpffs reserves dots in names, and interface names
 * may have them (eth0.100) but never a colon: so a dot is pinned as a colon. */
#define EXOGATE_PIN_DIR "/sys/fs/bpf/exogate"
#define EXOGATE_PIN_DOT ':'

/* Names as the kernel keeps them: at most 15 bytes. */
#define EXOGATE_PROGRAM	    "exogate_xdp"
#define EXOGATE_MAP_LISTS   "exogate_lists"   /* ARRAY_OF_MAPS, one slot: the list in force */
#define EXOGATE_MAP_TRIES4  "exogate_tries4"  /* ARRAY_OF_MAPS by exogate_list.tries: LPM_TRIE */
#define EXOGATE_MAP_TRIES6  "exogate_tries6"  /* the same for IPv6 */
#define EXOGATE_MAP_CPUS    "exogate_cpus"    /* PERCPU_ARRAY of one: struct exogate_cpu */
#define EXOGATE_MAP_DROPS   "exogate_drops"   /* LRU_HASH: exogate_drop_key, exogate_drop */
#define EXOGATE_MAP_EVENTS  "exogate_events"  /* RINGBUF: struct exogate_event */
#define EXOGATE_MAP_CONFIG  ".rodata.config"  /* ARRAY, frozen: struct exogate_config */
#define EXOGATE_MAP_PENDING "exogate_pending" /* ARRAY of one: struct exogate_pending */

/* --- reasons ---------------------------------------------------------------------------------- */

/* Why a packet passed or was dropped: identifier, name, verdict, meaning.  From UNLISTED on, the
 * order is that of enum exogate_source. */
#define EXOGATE_REASONS(X)                                                                       \
	X(NOT_IP, "not-ip", PASS, "neither IPv4 nor IPv6")                                       \
	X(MALFORMED, "malformed", PASS, "no whole IP header: the IP stack discards it")          \
	X(UNPROTECTED, "unprotected", PASS, "to an address or TCP port that is not protected")   \
	X(NOT_TCP, "not-tcp", PASS, "to a protected address, but not TCP")                       \
	X(FRAGMENT, "fragment", PASS, "later fragment: of no use without its judged first one")  \
	X(UNLISTED, "unlisted", DROP, "to a protected endpoint from a source in no list")        \
	X(MICROSOFT, "microsoft", PASS, "source is in Microsoft's list")                         \
	X(OPERATOR, "operator", PASS, "source is in the operator's list")                        \
	X(RELAY_POOL, "relay-pool", PASS, "source is in Microsoft's relay pool, admitted")       \
	X(RELAY_POOL_OFF, "relay-pool-off", DROP, "source is in Microsoft's relay pool")         \
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

/* --- configuration: set by the loader before the kernel sees the program ---------------------- */

#define EXOGATE_PROTECTED_MAX 8

/* TCP to this port of this address, or of every address of the host. */
struct exogate_endpoint {
	__u32 family; /* 4, 6, or 0 for every address of both */
	__u32 port;   /* host order, not 0 */
	__u8 addr[16];
};

struct exogate_config {
	__u32 abi;
	__u32 monitor; /* count what would be dropped, and pass it */
	__u32 protected_n;
	struct exogate_endpoint protected[EXOGATE_PROTECTED_MAX];
};

/* Bound to the program, which does not read it. */
struct exogate_pending {
	__u64 until_ns; /* CLOCK_BOOTTIME when it is undone unless confirmed; 0: it stays */
};

/* --- counters --------------------------------------------------------------------------------- */

#define EXOGATE_COUNTER_N 64 /* room for reasons to come */

struct exogate_counter {
	__u64 packets;
	__u64 bytes; /* whole frames, from the Ethernet header on */
};

/* One CPU's. */
struct exogate_cpu {
	struct exogate_counter decided[EXOGATE_COUNTER_N];   /* by reason: its verdict was given */
	struct exogate_counter monitored[EXOGATE_COUNTER_N]; /* would have been dropped, passed */
	__u64 window; /* jiffies >> EXOGATE_WINDOW_SHIFT: in which drops were counted last */
	__u64 window_drops;
};

#endif
