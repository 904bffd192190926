/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger - what a thread that serves writes down of the answers that it gave.
 *
 * Each thread or process of an engine has one of its own, which it alone writes, without a lock;
 * they lie in memory that child processes share, and are added up to be read.
 */
#ifndef EXOGATE_LEDGER_H
#define EXOGATE_LEDGER_H

#include "alarm.h"
#include "counters.h"
#include "observed.h"
#include "stamp_watch.h"

struct ledger {
	struct counters counters;
	struct observed observed;
	/* for its writer only */
	struct stamp_watch stamps;
	struct alarm_log alarms;
};

/* n of them, empty; NULL without memory.  Pages are touched as they come into use. */
struct ledger *ledger_new(size_t n);
void ledger_free(struct ledger *ledgers, size_t n);

/* The answer to a message; the ledger's owner alone may. */
void ledger_note(struct ledger *ledger, const struct session_answer *answer, uint64_t now_ns);

/* The sum of all counters; what is counted meanwhile may be in it or not. */
void ledger_sum(const struct ledger *ledgers, size_t n, struct counters *out);

#endif
