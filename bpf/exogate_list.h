/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * exogate_list - the list of sources, as the program looks it up.
 *
 * A part of the ABI: see exogate_abi.h.
 */
#ifndef EXOGATE_LIST_H
#define EXOGATE_LIST_H

#include <linux/types.h>

/* Who lists a prefix; where lists overlap, the one named first decides.  0 is nobody. */
enum exogate_source {
	EXOGATE_SOURCE_NONE,
	EXOGATE_SOURCE_MICROSOFT,
	EXOGATE_SOURCE_OPERATOR,
	EXOGATE_SOURCE_RELAY_POOL,
	EXOGATE_SOURCE_RELAY_POOL_OFF, /* the same addresses, but they are not admitted */
	EXOGATE_SOURCE_N,
	EXOGATE_SOURCE_MIXED = 0xff, /* in exogate_list.top4 and top6: ask the trie */
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

/*
 * A prefix.  Those that another one contains are kept too, so that the tries say all that was
 * listed; decides takes that into account, so that the longest match alone is the answer.
 */
struct exogate_prefix {
	__u16 decides; /* enum exogate_source */
	__u16 listed;  /* by whom: a bit 1 << source for each */
};

#define EXOGATE_TOP_BITS   17
#define EXOGATE_TOP_N	   (1u << EXOGATE_TOP_BITS)
#define EXOGATE_BLOCK_BITS 13
#define EXOGATE_BLOCK_N	   (1u << EXOGATE_BLOCK_BITS)
#define EXOGATE_LABEL_SIZE 96

/* Where a list came from, for those who ask. */
struct exogate_origin {
	__u64 applied_s; /* Unix time when it was put in force */
	__u64 file_s;	 /* Unix time of the file's last change */
	__u32 version;	 /* CRC-32 of Microsoft's prefixes in order, as text, a line each */
	__u32 instance;	 /* of Microsoft's service: an index of the loader's table */
	__u32 counts[8]; /* prefixes by enum exogate_source, with room for more */
	char file[EXOGATE_LABEL_SIZE]; /* its end, if it is longer; ends in NUL */
};

/*
 * One list, in an ARRAY map of one that is written before it is put in force and never after.
 *
 * top4 and top6 answer for the addresses that begin with these EXOGATE_TOP_BITS bits, where one
 * answer holds for them all.  blocks answers for single IPv6 /48s: which are in it does not
 * matter, since the tries have everything; what is in it must be true of the whole /48.
 */
struct exogate_list {
	struct exogate_origin origin;
	__u32 tries; /* the slot of its tries, 0 or 1 */
	__u32 reserved;
	__u64 blocks[EXOGATE_BLOCK_N]; /* by exogate_block_slot(): the 48 bits << 16 | source */
	__u8 top4[EXOGATE_TOP_N];      /* enum exogate_source */
	__u8 top6[EXOGATE_TOP_N];
};

/* block: the first 48 bits of an IPv6 address.  Multiplicative hashing, by 2^64 / golden ratio. */
static inline __u32 exogate_block_slot(__u64 block)
{
	return (__u32)(block * 0x9e3779b97f4a7c15ull >> (64 - EXOGATE_BLOCK_BITS));
}

#endif
