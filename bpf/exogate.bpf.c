// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The program on the interface: classify, look the source up, count and tell, decide. */
#include "account.h"
#include "acl.h"
#include "classify.h"
#include "scattered.h"

#include <bpf/bpf_helpers.h>

/* Written by the loader before the kernel sees the program, and constant to the verifier. */
const volatile struct exogate_config config SEC(EXOGATE_MAP_CONFIG) = {
	.abi = EXOGATE_ABI_VERSION,
};

/* The loader binds it to the program, which does not use it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct exogate_pending);
} exogate_pending SEC(".maps");

SEC("xdp.frags")
int exogate_xdp(struct xdp_md *ctx)
{
	const void *data = (const void *)(long)ctx->data;
	const void *data_end = (const void *)(long)ctx->data_end;
	struct classify_packet packet = {};
	struct record_packet account;
	enum exogate_reason reason;

	reason = classify_frame(data, data_end, &config, &packet);
	if (reason == EXOGATE_UNLISTED)
		reason = acl_judge(&packet);
	record_describe(&packet, &account);
	if (scattered_suspects(reason))
		reason = scattered_reconsider(ctx, reason, &account);
	return account_verdict(ctx, &account, reason, config.monitor);
}

char _license[] SEC("license") = "Dual BSD/GPL";
