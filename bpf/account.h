/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * account - count every packet, and have the dropped ones told.
 */
#ifndef EXOGATE_ACCOUNT_H
#define EXOGATE_ACCOUNT_H

#include "exogate_abi.h"
#include "record.h"

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct exogate_cpu);
} exogate_cpus SEC(".maps");

/* Returns how many drops this CPU has had in this window of time. */
CURSOR_INLINE __u64 account_window(struct exogate_cpu *cpu)
{
	__u64 window = bpf_jiffies64() >> EXOGATE_WINDOW_SHIFT;

	if (cpu->window != window) {
		cpu->window = window;
		cpu->window_drops = 0;
	}
	return ++cpu->window_drops;
}

/* Adding up the buffers of a frame costs more than reading it: only where there may be more than
 * one.  What follows the IP packet in later buffers is not counted. */
CURSOR_INLINE __u32 account_length(struct xdp_md *ctx, const struct record_packet *packet)
{
	return packet->whole ? ctx->data_end - ctx->data : bpf_xdp_get_buff_len(ctx);
}

CURSOR_INLINE void account_count(struct exogate_counter *counters, enum exogate_reason reason,
				 __u32 length)
{
	__u64 at = reason;

	/* The verifier needs a mask, which the compiler leaves out while it knows the range. */
	asm volatile("" : "+r"(at));
	at %= EXOGATE_COUNTER_N;
	counters[at].packets++;
	counters[at].bytes += length;
}

/* Returns the verdict. */
CURSOR_INLINE int account_verdict(struct xdp_md *ctx, const struct record_packet *packet,
				  enum exogate_reason reason, __u32 monitor)
{
	const __u32 slot = 0;
	struct exogate_cpu *cpu = bpf_map_lookup_elem(&exogate_cpus, &slot);
	__u64 n;

	if (!cpu)
		return exogate_verdict(reason);
	if (exogate_verdict(reason) == XDP_PASS) {
		account_count(cpu->decided, reason, account_length(ctx, packet));
		return XDP_PASS;
	}
	account_count(monitor ? cpu->monitored : cpu->decided, reason, account_length(ctx, packet));
	n = account_window(cpu);
	if (record_weight(n))
		record_drop(ctx, packet, reason, monitor, n);
	return monitor ? XDP_PASS : XDP_DROP;
}

#endif
