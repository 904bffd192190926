/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counters - what a program counted, over all CPUs.
 */
#ifndef EXOGATE_COUNTERS_H
#define EXOGATE_COUNTERS_H

#include "exogate_abi.h"

struct counters {
	struct exogate_counter decided[EXOGATE_REASON_N];   /* by reason: its verdict was given */
	struct exogate_counter monitored[EXOGATE_REASON_N]; /* passed, but would be dropped */
};

/* Sums EXOGATE_MAP_CPUS.  Returns 0, or -1 after a line that says what is wrong. */
int counters_read(int cpus, struct counters *out);

/* "drop" or "pass", by enum exogate_reason. */
const char *counters_verdict(int reason);

/* Name and meaning, by enum exogate_reason. */
struct counters_reason {
	const char *name;
	const char *meaning;
};
extern const struct counters_reason counters_reasons[EXOGATE_REASON_N];

#endif
