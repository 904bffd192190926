/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker - one thread of the engine on io_uring: a ring, and the connections that it serves.
 *
 * Workers share the listeners, the policies and the limit of connections, and nothing else: a
 * connection stays with the worker that accepted it.  All memory is had by worker_open(); the
 * pages of it are touched as they come into use.  Only libraries ask for more: OpenSSL for each
 * signature that is verified (some, and as many each time: tests/reliability/test_allocations.py),
 * c-ares for each question to DNS.
 *
 * Each connection has exactly one operation in flight (conversation.h).
 */
#ifndef EXOGATE_WORKER_H
#define EXOGATE_WORKER_H

#include <stdatomic.h>

#include "arena_pool.h"
#include "connection_table.h"
#include "ledger.h"
#include "log.h"
#include "openssl_dkim.h"
#include "policy_store.h"
#include "resolver_ring.h"
#include "ring.h"
#include "timer_wheel.h"

/* What all workers of the engine share. */
struct crew {
	const struct settings *settings; /* the limits of those it started with */
	struct policy_store *policies;
	const struct session_limiter *limiter;
	const int *listeners; /* listening; the caller's */
	size_t n_listeners;
	size_t connections; /* at once, of all workers together; below RING_SLOTS_MAX */
	atomic_size_t n_open;
	atomic_bool stopping;
	int ended; /* an eventfd, written by each worker that ends */
};

enum worker_operation {
	OP_ACCEPT = 1, /* slot: which listener */
	OP_RECEIVE,
	OP_SEND,
	OP_WATCH_END,
	OP_TICK,
	OP_WAKE,
	OP_CANCEL,
	OP_DNS_SOCKET, /* both are the resolver's */
	OP_DNS_TIMER,
};

struct conversation_keys;

/* Lines about closed connections in a second, of each reason; the rest is counted. */
#define WORKER_CLOSE_LINES 10

struct worker {
	struct crew *crew;
	struct ledger *ledger;
	struct counters *counters; /* the ledger's */
	struct io_uring ring;
	bool ring_is_open;
	struct arena_pool arenas;
	struct conversation_keys *keys; /* of each arena */
	struct resolver_ring resolver;
	struct openssl_dkim *crypto;
	struct connection_table connections;
	struct connection *waiting, **waiting_end; /* for an arena */
	struct timer_wheel wheel;		   /* in seconds of the clock */
	struct __kernel_timespec tick;
	int wake;	 /* an eventfd */
	bool *accepting; /* of each listener */
	size_t n_accepting;
	bool stopping;
	uint64_t stopped_ns;  /* when that began */
	struct log_lines log; /* of messages: written before their answers are submitted */
	size_t n_closed[CLOSE_N_REASONS]; /* since the last tick */
	atomic_bool failed;
};

/*
 * Acquires what serving needs, with so many arenas.  False after one line on errors; worker_close()
 * releases what was acquired, then too.
 */
bool worker_open(struct worker *worker, struct crew *crew, struct ledger *ledger, size_t messages,
		 FILE *errors);

/* No thread may run it. */
void worker_close(struct worker *worker);

/*
 * Serves until crew->stopping, then finishes as conversation.h says.  To be called on a thread of
 * its own; sets worker->failed after a line in the log if the ring fails.
 */
void worker_run(struct worker *worker);

/* From any thread: has the worker look at crew->stopping. */
void worker_wake(struct worker *worker);

#endif
