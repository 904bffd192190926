/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * exogate_drop - which sources are dropped: a bounded ranking, and sampled events.
 *
 * A part of the ABI: see exogate_abi.h.
 */
#ifndef EXOGATE_DROP_H
#define EXOGATE_DROP_H

#include <linux/types.h>

/*
 * Per CPU and window of 256 jiffies (0.26 to 2.56 s), the first EXOGATE_EVENTS_MAX drops become
 * events; the first EXOGATE_RECORDED_MAX go into the drops map, and then one of
 * EXOGATE_SAMPLE with that weight.  Drops of monitor mode are among them.
 */
#define EXOGATE_WINDOW_SHIFT 8
#define EXOGATE_EVENTS_MAX   64
#define EXOGATE_RECORDED_MAX 1024
#define EXOGATE_SAMPLE	     256

#define EXOGATE_DROPS_N	    16384
#define EXOGATE_EVENTS_SIZE (1u << 18) /* bytes */

/* Sources are put together by /24 (IPv4) and /48 (IPv6). */
struct exogate_drop_key {
	__u8 family; /* 4, 6, or 0 for frames whose source could not be read */
	__u8 reserved;
	__u8 prefix[6]; /* 3 or 6 bytes, network order */
};

struct exogate_drop {
	__u64 packets; /* estimated where they were sampled */
	__u64 last_ns; /* CLOCK_MONOTONIC of the last one recorded */
	__u32 reason;  /* of that one */
	__u32 reserved;
	__u8 source[16];
};

struct exogate_event {
	__u64 time_ns; /* CLOCK_MONOTONIC */
	__u32 ifindex;
	__u32 reason;
	__u16 family;	 /* 4, 6, or 0: the addresses are unknown */
	__u16 port;	 /* destination, host order; 0 where it is unknown */
	__u32 monitored; /* passed all the same */
	__u8 source[16];
	__u8 destination[16];
};

#endif
