/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * scattered - a frame whose headers do not lie in its first buffer.
 *
 * Most drivers put them there.  Some put less than an IP header, or nothing at all, into the first
 * buffer of a jumbo frame (mlx5 with striding receive queues), and only a helper reads on.  So the
 * first SCATTERED_READ bytes are copied into memory of this CPU's, and judged there by the same
 * code.  An extension chain that goes beyond them counts as cut.
 *
 * Only where the first buffer was not enough: other packets do not come by here.
 */
#ifndef EXOGATE_SCATTERED_H
#define EXOGATE_SCATTERED_H

#include "acl.h"
#include "classify.h"
#include "record.h"

#include <bpf/bpf_helpers.h>

extern const volatile struct exogate_config config; /* exogate.bpf.c */

#define SCATTERED_READ 1024u /* a power of two */

/* As far as the verifier thinks that the classifier could read: all tags and extension headers at
 * their longest, since a comparison with the end of such memory tells it nothing. */
#define SCATTERED_ROOM 20480u

struct scattered {
	struct record_packet packet;
	__u8 bytes[SCATTERED_ROOM];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scattered);
} exogate_scatter SEC(".maps");

/* Could the reason be due to an end that is not the frame's? */
CURSOR_INLINE int scattered_suspects(enum exogate_reason reason)
{
	return reason == EXOGATE_MALFORMED || reason == EXOGATE_CHAIN_CUT ||
	       reason == EXOGATE_PORTS_CUT;
}

/* The reason, or -1 if the frame does not go on after its first buffer.  The packet is left in the
 * map.  A global function: the verifier looks at it once, and not on each way that leads here. */
__attribute__((noinline)) int scattered_judge(struct xdp_md *ctx)
{
	/* 64 bits wide: of a copy of 32 bits the verifier does not know what it knows of this. */
	__u64 len = bpf_xdp_get_buff_len(ctx);
	const __u32 slot = 0;
	struct classify_packet packet = {};
	enum exogate_reason reason;
	struct scattered *copy;

	if (len <= ctx->data_end - ctx->data)
		return -1;
	copy = bpf_map_lookup_elem(&exogate_scatter, &slot);
	if (!copy)
		return -1;
	if (len > SCATTERED_READ)
		len = SCATTERED_READ;
	/* As it is, but from 1 to SCATTERED_READ for the verifier of Linux 6.1 too. */
	CURSOR_OPAQUE(len);
	len = ((len - 1) & (SCATTERED_READ - 1)) + 1;
	if (bpf_xdp_load_bytes(ctx, 0, copy->bytes, len))
		return -1;
	reason = classify_frame(copy->bytes, copy->bytes + len, &config, &packet);
	if (reason == EXOGATE_UNLISTED)
		reason = acl_judge(&packet);
	record_describe(&packet, &copy->packet);
	return reason;
}

/* The reason as it is now, and the packet with it. */
CURSOR_INLINE enum exogate_reason scattered_reconsider(struct xdp_md *ctx,
						       enum exogate_reason reason,
						       struct record_packet *packet)
{
	int again = scattered_judge(ctx);
	const __u32 slot = 0;
	struct scattered *copy;

	if (again < 0)
		return reason;
	copy = bpf_map_lookup_elem(&exogate_scatter, &slot);
	if (copy)
		*packet = copy->packet;
	return again;
}

#endif
