// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The program on the interface: classify, look the source up, count, decide.
 *
 * A packet looks into the trie of its own family once, so that exchanging the trie in a slot is
 * one step for every packet.  An empty slot, like an unknown value, lets nobody in.
 */
#include "classify.h"

#include <bpf/bpf_helpers.h>

/* Written by the loader before the kernel sees the program, and constant to the verifier. */
const volatile struct exogate_config config SEC(EXOGATE_MAP_CONFIG) = {
	.abi = EXOGATE_ABI_VERSION,
};

/* The inner definitions are templates: the loader makes the real tries, each as large as its
 * list.  Sizes and not types, since clang 14 leaves the types of an inner map out of the BTF. */
struct acl4_trie {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct exogate_key4));
	__uint(value_size, sizeof(struct exogate_acl_value));
};

struct acl6_trie {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct exogate_key6));
	__uint(value_size, sizeof(struct exogate_acl_value));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct acl4_trie);
} exogate_acl4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct acl6_trie);
} exogate_acl6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, EXOGATE_REASON_N);
	__type(key, __u32);
	__type(value, struct exogate_counter);
} exogate_counter SEC(".maps");

/* Addresses are copied by words: the kernels that run this let BPF load them unaligned. */
static __always_inline void *acl_find4(const __u8 *addr)
{
	struct exogate_key4 key = { .prefixlen = 32 };
	const __u32 slot = 0;
	void *trie = bpf_map_lookup_elem(&exogate_acl4, &slot);

	*(__u32 *)key.addr = *(const __u32 *)addr;
	return trie ? bpf_map_lookup_elem(trie, &key) : 0;
}

static __always_inline void *acl_find6(const __u8 *addr)
{
	struct exogate_key6 key = { .prefixlen = 128 };
	const __u32 slot = 0;
	void *trie = bpf_map_lookup_elem(&exogate_acl6, &slot);

	for (int i = 0; i < 16; i += 4)
		*(__u32 *)(key.addr + i) = *(const __u32 *)(addr + i);
	return trie ? bpf_map_lookup_elem(trie, &key) : 0;
}

static __always_inline enum exogate_reason acl_judge(const struct classify_source *source)
{
	const struct exogate_acl_value *value = source->family == 4 ? acl_find4(source->addr) :
								      acl_find6(source->addr);

	if (!value)
		return EXOGATE_UNLISTED;
	switch (value->source) {
	case EXOGATE_SOURCE_MICROSOFT:
		return EXOGATE_MICROSOFT;
	case EXOGATE_SOURCE_OPERATOR:
		return EXOGATE_OPERATOR;
	case EXOGATE_SOURCE_RELAY_POOL:
		return EXOGATE_RELAY_POOL;
	default:
		return EXOGATE_UNLISTED;
	}
}

static __always_inline void count(struct xdp_md *ctx, enum exogate_reason reason)
{
	__u32 key = reason;
	struct exogate_counter *counter = bpf_map_lookup_elem(&exogate_counter, &key);

	if (!counter)
		return;
	counter->packets++;
	counter->bytes += bpf_xdp_get_buff_len(ctx);
}

SEC("xdp.frags")
int exogate_xdp(struct xdp_md *ctx)
{
	const void *data = (const void *)(long)ctx->data;
	const void *data_end = (const void *)(long)ctx->data_end;
	struct classify_source source = {};
	enum exogate_reason reason;

	reason = classify_frame(data, data_end, config.port, &source);
	if (reason == EXOGATE_UNLISTED)
		reason = acl_judge(&source);
	count(ctx, reason);
	return exogate_verdict(reason);
}

char _license[] SEC("license") = "Dual BSD/GPL";
