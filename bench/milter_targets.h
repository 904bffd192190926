/* SPDX-License-Identifier: Apache-2.0 */
/*
 * milter_targets - what the figures of a run say: targets met or missed, and whether the yardstick
 * itself can be trusted.
 */
#ifndef EXOGATE_MILTER_TARGETS_H
#define EXOGATE_MILTER_TARGETS_H

#include "milter_results.h"

struct milter_target {
	const char *id;
	const char *what;
	const char *unit; /* "x", "ms" or "MB" */
	double limit;
	bool at_least; /* else: at most */
	struct milter_spread value;
	bool met; /* by the median */
};

#define MILTER_TARGETS_MAX 16
#define MILTER_VOIDS_MAX   16

/* Returns how many. */
size_t milter_targets(const struct milter_results *results,
		      struct milter_target out[MILTER_TARGETS_MAX]);

/*
 * Why the run is void, a line each; how many.  It is when a verdict was wrong, and when the floor
 * or the libmilter filter is not what it is known to be: then the yardstick is broken, and a good
 * ratio says nothing.
 */
size_t milter_voids(const struct milter_results *results, char out[MILTER_VOIDS_MAX][256]);

/* What the yardstick must be, at k=100. */
#define MILTER_FLOOR_SYSCALLS_MAX 5.0
#define MILTER_FILTER_FLOORS_MIN  30.0
#define MILTER_FILTER_FLOORS_MAX  50.0

#endif
