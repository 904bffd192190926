/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * acl_maps - the maps that hold the list in force and its tries.
 *
 * The list has one slot.  Tries have two, so that those of the next list can be made while packets
 * still go through those of this one.
 *
 * The inner definitions are templates: the loader makes the real maps, each trie as large as its
 * list.  Sizes and not types, since clang 14 leaves the types of an inner map out of the BTF.
 */
#ifndef EXOGATE_ACL_MAPS_H
#define EXOGATE_ACL_MAPS_H

#include "exogate_list.h"

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct acl_list {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct exogate_list));
};

struct acl_trie4 {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct exogate_key4));
	__uint(value_size, sizeof(struct exogate_prefix));
};

struct acl_trie6 {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct exogate_key6));
	__uint(value_size, sizeof(struct exogate_prefix));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct acl_list);
} exogate_lists SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct acl_trie4);
} exogate_tries4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct acl_trie6);
} exogate_tries6 SEC(".maps");

#endif
