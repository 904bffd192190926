/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * record - tell of dropped packets, as far as a flood allows: a ranking of sources, and events.
 *
 * Nothing here changes a verdict or waits: what finds no room is not told.
 */
#ifndef EXOGATE_RECORD_H
#define EXOGATE_RECORD_H

#include "classify.h"
#include "exogate_drop.h"

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, EXOGATE_DROPS_N);
	__type(key, struct exogate_drop_key);
	__type(value, struct exogate_drop);
} exogate_drops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, EXOGATE_EVENTS_SIZE);
} exogate_events SEC(".maps");

/* What is to be known of a packet here: numbers only, since of pointers the verifier would have to
 * know which family goes with which. */
struct record_packet {
	__u32 family; /* 4 or 6; 0: the addresses are unknown */
	__u32 port;   /* destination; 0: unknown */
	__u32 source; /* where the addresses begin, in bytes from the frame's start */
	__u32 destination;
	__u32 whole; /* as classify_packet's */
};

CURSOR_INLINE void record_describe(const struct classify_packet *packet, struct record_packet *out)
{
	out->family = packet->family;
	out->port = packet->port;
	out->source = packet->family ? packet->source - packet->data : 0;
	out->destination = packet->family ? packet->destination - packet->data : 0;
	out->whole = packet->whole;
}

/* The two addresses of a packet that was dropped, as far as they are known; zeros beyond. */
struct record_addresses {
	__u8 source[16];
	__u8 destination[16];
};

CURSOR_INLINE void record_read(struct xdp_md *ctx, const struct record_packet *packet,
			       struct record_addresses *out)
{
	if (packet->family == 4) {
		bpf_xdp_load_bytes(ctx, packet->source, out->source, 4);
		bpf_xdp_load_bytes(ctx, packet->destination, out->destination, 4);
	} else if (packet->family == 6) {
		bpf_xdp_load_bytes(ctx, packet->source, out->source, 16);
		bpf_xdp_load_bytes(ctx, packet->destination, out->destination, 16);
	}
}

/* What is recorded of a drop. */
struct record {
	struct record_addresses addresses;
	__u64 time_ns;
	__u32 family;
	__u32 port;
	__u32 reason;
	__u32 monitored;
};

/* Adds to the ranking of sources. */
CURSOR_INLINE void record_rank(const struct record *record, __u64 weight)
{
	struct exogate_drop_key key = { .family = record->family };
	struct exogate_drop fresh = { .packets = weight, .reason = record->reason };
	struct exogate_drop *drop;

	if (record->family == 4)
		__builtin_memcpy(key.prefix, record->addresses.source, 3);
	else
		__builtin_memcpy(key.prefix, record->addresses.source, 6);
	fresh.last_ns = record->time_ns;
	__builtin_memcpy(fresh.source, record->addresses.source, sizeof(fresh.source));
	drop = bpf_map_lookup_elem(&exogate_drops, &key);
	if (!drop) {
		bpf_map_update_elem(&exogate_drops, &key, &fresh, BPF_NOEXIST);
		return;
	}
	__sync_fetch_and_add(&drop->packets, weight);
	drop->last_ns = fresh.last_ns;
	drop->reason = record->reason;
	__builtin_memcpy(drop->source, fresh.source, sizeof(drop->source));
}

CURSOR_INLINE void record_tell(struct xdp_md *ctx, const struct record *record)
{
	struct exogate_event *event = bpf_ringbuf_reserve(&exogate_events, sizeof(*event), 0);

	if (!event)
		return;
	event->time_ns = record->time_ns;
	event->ifindex = ctx->ingress_ifindex;
	event->reason = record->reason;
	event->family = record->family;
	event->port = record->port;
	event->monitored = record->monitored;
	__builtin_memcpy(event->source, record->addresses.source, sizeof(event->source));
	__builtin_memcpy(event->destination, record->addresses.destination,
			 sizeof(event->destination));
	bpf_ringbuf_submit(event, 0);
}

/* How many drops a drop stands for in the ranking; 0: it is not recorded. */
CURSOR_INLINE __u64 record_weight(__u64 n)
{
	if (n <= EXOGATE_RECORDED_MAX)
		return 1;
	return n % EXOGATE_SAMPLE == 0 ? EXOGATE_SAMPLE : 0;
}

/* A function of its own: the way of packets that pass, and of most in a flood, stays short. */
static __attribute__((noinline)) int record_drop(struct xdp_md *ctx,
						 const struct record_packet *packet, __u32 reason,
						 __u32 monitored, __u64 n)
{
	struct record record = {
		.time_ns = bpf_ktime_get_ns(),
		.family = packet->family,
		.port = packet->port,
		.reason = reason,
		.monitored = monitored,
	};

	record_read(ctx, packet, &record.addresses);
	record_rank(&record, record_weight(n));
	if (n <= EXOGATE_EVENTS_MAX)
		record_tell(ctx, &record);
	return 0;
}

#endif
