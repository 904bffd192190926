// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What exogate's program is measured beside: the floor, and ways to look a source up, each with the
 * least parsing that finds the source.  next4 and next6 put another source into the frame each time
 * and go on to the subject, which may be exogate's program itself, as it is shipped.
 */
#include "acl.h"
#include "subjects_abi.h"

#include <bpf/bpf_helpers.h>

#define ETHERNET 14

/* Filled by the bench. */
__u8 pool[SUBJECTS_POOL_N][16];
__u32 next;
struct subjects_linear linear4, linear6;

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} subject SEC(".maps");

/* The list's own tries, without anything around them. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct exogate_key4));
	__uint(value_size, sizeof(struct exogate_prefix));
} bare_trie4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct exogate_key6));
	__uint(value_size, sizeof(struct exogate_prefix));
} bare_trie6 SEC(".maps");

/* --- sources in turn -------------------------------------------------------------------------- */

/* Where the source stands in a frame that reaches up to the port; NULL: it is shorter. */
CURSOR_INLINE __u8 *source_in(struct xdp_md *ctx, __u32 family)
{
	__u8 *data = (void *)(long)ctx->data;

	if (data + ETHERNET + (family == 4 ? 20 : 40) + 4 > (__u8 *)(long)ctx->data_end)
		return 0;
	return data + ETHERNET + (family == 4 ? 12 : 8);
}

CURSOR_INLINE int go_on(struct xdp_md *ctx, __u32 family)
{
	const __u8 *taken = pool[next++ % SUBJECTS_POOL_N];
	__u8 *source = source_in(ctx, family);

	if (!source)
		return XDP_ABORTED;
	for (__u32 i = 0; i < (family == 4 ? 4 : 16); i += 4)
		*(__u32 *)(source + i) = *(const __u32 *)(taken + i);
	bpf_tail_call_static(ctx, &subject, 0);
	return XDP_ABORTED;
}

SEC("xdp.frags")
int next4(struct xdp_md *ctx)
{
	return go_on(ctx, 4);
}

SEC("xdp.frags")
int next6(struct xdp_md *ctx)
{
	return go_on(ctx, 6);
}

SEC("xdp.frags")
int floor_drop(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_DROP;
}

/* --- frames on their way ---------------------------------------------------------------------- */

/* Filled by the bench: where to, and the checksums of the frame without its source. */
__u32 out;
__u32 ip_sum, tcp_sum;

CURSOR_INLINE __u16 complement(__u32 sum, __u32 source)
{
	sum += (source & 0xffff) + (source >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* For IPv4 without options. */
SEC("xdp.frags")
int send(struct xdp_md *ctx)
{
	__u8 *source = source_in(ctx, 4);

	if (!source || source + 8 + 20 > (__u8 *)(long)ctx->data_end)
		return XDP_ABORTED;
	*(__u16 *)(source - 2) = complement(ip_sum, acl_word(source, 0));
	*(__u16 *)(source + 8 + 16) = complement(tcp_sum, acl_word(source, 0));
	return bpf_redirect(out, 0);
}

/* --- ways to look up -------------------------------------------------------------------------- */

/* The source of a frame to the port, NULL for others. */
CURSOR_INLINE const __u8 *source_to_port(struct xdp_md *ctx, __u32 family)
{
	const __u8 *source = source_in(ctx, family);
	const __u8 *tcp;

	if (!source)
		return 0;
	tcp = source + (family == 4 ? 8 : 32);
	return cursor_be16(tcp + 2) == SUBJECTS_PORT ? source : 0;
}

SEC("xdp.frags")
int lpm4(struct xdp_md *ctx)
{
	const __u8 *source = source_to_port(ctx, 4);
	struct exogate_key4 key = { .prefixlen = 32 };

	if (!source)
		return XDP_PASS;
	*(__u32 *)key.addr = acl_word(source, 0);
	return bpf_map_lookup_elem(&bare_trie4, &key) ? XDP_PASS : XDP_DROP;
}

SEC("xdp.frags")
int lpm6(struct xdp_md *ctx)
{
	const __u8 *source = source_to_port(ctx, 6);
	struct exogate_key6 key = { .prefixlen = 128 };

	if (!source)
		return XDP_PASS;
	for (__u32 i = 0; i < 16; i += 4)
		*(__u32 *)(key.addr + i) = acl_word(source, i);
	return bpf_map_lookup_elem(&bare_trie6, &key) ? XDP_PASS : XDP_DROP;
}

CURSOR_INLINE int judge(struct xdp_md *ctx, __u32 family)
{
	const struct classify_packet packet = {
		.source = source_to_port(ctx, family),
		.family = family,
	};

	return packet.source ? exogate_verdict(acl_judge(&packet)) : XDP_PASS;
}

SEC("xdp.frags")
int table4(struct xdp_md *ctx)
{
	return judge(ctx, 4);
}

SEC("xdp.frags")
int table6(struct xdp_md *ctx)
{
	return judge(ctx, 6);
}

/* table6 without the blocks. */
SEC("xdp.frags")
int blockless6(struct xdp_md *ctx)
{
	const __u8 *source = source_to_port(ctx, 6);
	const struct exogate_list *list;
	__u32 found;

	if (!source)
		return XDP_PASS;
	list = acl_in_force();
	if (!list)
		return XDP_DROP;
	found = list->top6[acl_top(source)];
	if (found == EXOGATE_SOURCE_MIXED)
		found = acl_search6(list, source);
	return found ? XDP_PASS : XDP_DROP;
}

CURSOR_INLINE int search(const struct subjects_linear *linear, __u64 bits)
{
	for (__u32 i = 0; i < SUBJECTS_LINEAR_MAX && i < linear->n; i++) {
		if ((bits & linear->items[i].mask) == linear->items[i].bits)
			return XDP_PASS;
	}
	return XDP_DROP;
}

SEC("xdp.frags")
int array4(struct xdp_md *ctx)
{
	const __u8 *source = source_to_port(ctx, 4);

	return source ? search(&linear4, acl_word(source, 0)) : XDP_PASS;
}

SEC("xdp.frags")
int array6(struct xdp_md *ctx)
{
	const __u8 *source = source_to_port(ctx, 6);

	return source ? search(&linear6, *(const __u64 *)source) : XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
