/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * subjects_abi - what the bench and its BPF programs agree upon.
 */
#ifndef EXOGATE_SUBJECTS_ABI_H
#define EXOGATE_SUBJECTS_ABI_H

#include <linux/types.h>

#define SUBJECTS_PORT 25u

/* Sources in turn; a power of two, and more than any cache of branches learns. */
#define SUBJECTS_POOL_N 65536u

/* As many prefixes of a family as the array is searched for. */
#define SUBJECTS_LINEAR_MAX 1024u

/* Of the first 32 (IPv4) or 64 bits of an address, network order. */
struct subjects_mask {
	__u64 bits;
	__u64 mask;
};

struct subjects_linear {
	__u32 n;
	__u32 reserved;
	struct subjects_mask items[SUBJECTS_LINEAR_MAX];
};

#endif
