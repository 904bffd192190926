/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * acl - who lists this source?
 *
 * A packet takes the list in force once, and everything else, its tries too, through that list: so
 * exchanging the list in the slot is one step for every packet, of both families.  A list that is
 * taken out stays whole until every packet that took it is through: an update of an outer map
 * returns after an RCU grace period, and only then may the slot of its tries be used again.
 *
 * Most sources are answered by the list itself, in one or two loads, however many prefixes there
 * are; the rest by the longest match in a trie.  An empty slot, like an unknown value, is
 * EXOGATE_SOURCE_NONE.
 */
#ifndef EXOGATE_ACL_H
#define EXOGATE_ACL_H

#include "acl_maps.h"
#include "classify.h"

#include <bpf/bpf_endian.h>

/* Addresses are loaded by words: the kernels that run this let BPF load them unaligned. */
CURSOR_INLINE __u32 acl_word(const __u8 *addr, __u32 at)
{
	return *(const __u32 *)(addr + at);
}

CURSOR_INLINE __u32 acl_top(const __u8 *addr)
{
	return bpf_ntohl(acl_word(addr, 0)) >> (32 - EXOGATE_TOP_BITS);
}

CURSOR_INLINE __u32 acl_prefix_source(const struct exogate_prefix *prefix)
{
	return prefix ? prefix->decides : EXOGATE_SOURCE_NONE;
}

CURSOR_INLINE __u32 acl_search4(const struct exogate_list *list, const __u8 *addr)
{
	struct exogate_key4 key = { .prefixlen = 32 };
	void *trie = bpf_map_lookup_elem(&exogate_tries4, &list->tries);

	*(__u32 *)key.addr = acl_word(addr, 0);
	return trie ? acl_prefix_source(bpf_map_lookup_elem(trie, &key)) : EXOGATE_SOURCE_NONE;
}

CURSOR_INLINE __u32 acl_search6(const struct exogate_list *list, const __u8 *addr)
{
	struct exogate_key6 key = { .prefixlen = 128 };
	void *trie = bpf_map_lookup_elem(&exogate_tries6, &list->tries);

	for (__u32 i = 0; i < 16; i += 4)
		*(__u32 *)(key.addr + i) = acl_word(addr, i);
	return trie ? acl_prefix_source(bpf_map_lookup_elem(trie, &key)) : EXOGATE_SOURCE_NONE;
}

/* EXOGATE_SOURCE_NONE if the /48 is not among the blocks: then nothing is known. */
CURSOR_INLINE __u32 acl_block(const struct exogate_list *list, const __u8 *addr)
{
	__u64 block = (__u64)bpf_ntohl(acl_word(addr, 0)) << 16 | cursor_be16(addr + 4);
	__u64 entry = list->blocks[exogate_block_slot(block)];

	return entry >> 16 == block ? entry & 0xffff : EXOGATE_SOURCE_NONE;
}

CURSOR_INLINE __u32 acl_find4(const struct exogate_list *list, const __u8 *addr)
{
	__u32 source = list->top4[acl_top(addr)];

	return source == EXOGATE_SOURCE_MIXED ? acl_search4(list, addr) : source;
}

CURSOR_INLINE __u32 acl_find6(const struct exogate_list *list, const __u8 *addr)
{
	__u32 source = list->top6[acl_top(addr)];

	if (source != EXOGATE_SOURCE_MIXED)
		return source;
	source = acl_block(list, addr);
	return source ? source : acl_search6(list, addr);
}

/* NULL if none was ever put in force. */
CURSOR_INLINE const struct exogate_list *acl_in_force(void)
{
	const __u32 slot = 0;
	void *inner = bpf_map_lookup_elem(&exogate_lists, &slot);

	return inner ? bpf_map_lookup_elem(inner, &slot) : 0;
}

/* The reason for a packet to a protected endpoint. */
CURSOR_INLINE enum exogate_reason acl_judge(const struct classify_packet *packet)
{
	const struct exogate_list *list = acl_in_force();
	__u32 source;

	if (!list)
		return EXOGATE_UNLISTED;
	source = packet->family == 4 ? acl_find4(list, packet->source) :
				       acl_find6(list, packet->source);
	return source < EXOGATE_SOURCE_N ? EXOGATE_UNLISTED + source : EXOGATE_UNLISTED;
}

#endif
