/* SPDX-License-Identifier: Apache-2.0 */
/*
 * milter_measure - takes the figures of `exogate-bench milter`.
 */
#ifndef EXOGATE_MILTER_MEASURE_H
#define EXOGATE_MILTER_MEASURE_H

#include <signal.h>
#include <stdio.h>

#include "corpus.h"
#include "milter_results.h"

struct milter_plan {
	struct milter_results *results; /* loads, rounds and so on are set; cells are written */
	const struct corpus *corpus;	/* of the common loads */
	const struct corpus *large;	/* of MILTER_LARGE */
	const struct peer_place *place;
	const volatile sig_atomic_t *interrupt;
	FILE *progress; /* NULL: say nothing */
};

/* False after a line on errors, and then the figures are not complete. */
bool milter_measure(const struct milter_plan *plan, FILE *errors);

#endif
