/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolver_ring - a resolver (resolver.h) whose owner waits with a ring.
 *
 * Each socket of the resolver has one poll of the ring, told apart by its place and the number of
 * times that it has been watched anew: the resolver closes sockets and opens others under the same
 * number while it works.  One thread, the ring's.
 */
#ifndef EXOGATE_RESOLVER_RING_H
#define EXOGATE_RESOLVER_RING_H

#include "resolver.h"
#include "ring.h"

/* The kinds of the ring's tags that are the resolver's alone. */
struct resolver_ring_kinds {
	uint8_t socket;
	uint8_t timer;
	uint8_t cancel; /* whose completions say nothing */
};

struct resolver_ring {
	struct resolver *resolver; /* NULL: not open */
	struct io_uring *ring;
	struct resolver_ring_kinds kinds;
	struct resolver_ring_socket {
		int fd; /* -1: the place is free */
		short events;
		uint32_t generation;
	} sockets[RESOLVER_SOCKETS_MAX];
	uint64_t due_ns; /* of the timer that is set; RESOLVER_NEVER_NS: none is */
	struct __kernel_timespec delay;
	uint32_t timer_generation;
};

/*
 * Opens a resolver; options->watch is not looked at.  Nothing is queued yet, so that the ring need
 * not be enabled.  False after one line on errors.  *self must stay where it is.
 */
bool resolver_ring_open(struct resolver_ring *self, const struct resolver_options *options,
			struct io_uring *ring, const struct resolver_ring_kinds *kinds,
			FILE *errors);

/* The ring must be gone, or be never waited for again. */
void resolver_ring_close(struct resolver_ring *self);

/* Completions of its kinds. */
void resolver_ring_ready(struct resolver_ring *self, struct ring_tag tag, int result);
void resolver_ring_timeout(struct resolver_ring *self, struct ring_tag tag);

/* To be called before the ring is waited for: sets the timer to what the resolver waits for. */
void resolver_ring_set_timer(struct resolver_ring *self);

#endif
