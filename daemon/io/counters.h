/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counters - what happened since the start.
 *
 * A set is written by its owner alone (ledger.h), and read by others meanwhile.
 */
#ifndef EXOGATE_COUNTERS_H
#define EXOGATE_COUNTERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alarm.h"
#include "close_reason.h"
#include "session.h"

enum counters_outcome {
	COUNTERS_ACCEPTED,
	COUNTERS_REJECTED,
	COUNTERS_DEFERRED,
	COUNTERS_HELD,
	COUNTERS_WOULD_REJECT, /* accepted only because of POLICY_MONITOR */
	COUNTERS_N_OUTCOMES,
};

typedef _Atomic uint64_t counter;

/* Counters only, so that they can be added up one by one. */
struct counters {
	counter connections; /* taken in, those beyond the limits not among them */
	counter closed[CLOSE_N_REASONS];
	counter messages[REASON_N][COUNTERS_N_OUTCOMES];
	counter monitored; /* those of messages that were judged by POLICY_MONITOR */
	counter waits;	   /* messages that waited for a block of memory */
	counter alarms[ALARM_N];
	counter dns[DNS_N_STATUSES]; /* what questions came to, of those that servers were asked */
	counter ticks; /* about one a second, of a thread that serves and can be stuck */
} __attribute__((aligned(64)));

/* Adds the set to the sum; what is counted meanwhile may be in it or not. */
void counters_add(const struct counters *set, struct counters *sum);

/* The owner of the set alone may. */
static inline void counters_count(counter *c)
{
	uint64_t value = atomic_load_explicit(c, memory_order_relaxed);

	atomic_store_explicit(c, value + 1, memory_order_relaxed);
}

/* As JSON calls it. */
const char *counters_outcome_word(enum counters_outcome outcome);

enum counters_outcome counters_outcome_of(const struct verdict *verdict);

/* The answer to a message. */
void counters_count_answer(struct counters *set, const struct session_answer *answer);

#endif
