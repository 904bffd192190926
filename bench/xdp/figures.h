/* SPDX-License-Identifier: Apache-2.0 */
/*
 * figures - what a run of `exogate-bench xdp` measured, and what that says of the targets.
 */
#ifndef EXOGATE_FIGURES_H
#define EXOGATE_FIGURES_H

#include "subjects.h"
#include "swap.h"

#define FIGURES_ROUNDS_MAX 99
#define FIGURES_SIZES_N	   3
#define FIGURES_FAMILIES_N 2

extern const size_t figures_sizes[FIGURES_SIZES_N]; /* prefixes in the list */

/* Which figure: by index of figures_sizes, family, traffic and subject. */
struct figures_of {
	size_t size;
	uint8_t family; /* 4 or 6 */
	enum scene_traffic traffic;
	enum subject subject;
};

struct figures {
	unsigned int rounds;
	bool quick;
	bool pinned; /* to one CPU */
	struct swap_result swap;
	/* ns a packet, by round; NAN where there is no such program. */
	double ns[FIGURES_SIZES_N][FIGURES_FAMILIES_N][SCENE_TRAFFIC_N][SUBJECT_N]
		 [FIGURES_ROUNDS_MAX];
};

/* The rounds of one, to be written. */
double *figures_at(struct figures *figures, const struct figures_of *of);

struct figures_spread {
	double median, min, max, low, high; /* low and high: the quartiles */
};

/* Of n values, n not 0, which it puts in order. */
struct figures_spread figures_spread(double *values, size_t n);

/* The subject's own figure, and what it is beyond the floor of the same round. */
struct figures_spread figures_gross(const struct figures *figures, const struct figures_of *of);
struct figures_spread figures_net(const struct figures *figures, const struct figures_of *of);

/*
 * The subject's shortest round beyond the floor's shortest: what else the machine does only ever
 * adds to a round.
 */
double figures_least(const struct figures *figures, const struct figures_of *of);

/* P9 of the performance targets; P11 is met by every run that is not void. */
struct figures_target {
	struct figures_of of; /* of exogate's program */
	double least, median; /* ns beyond the floor */
	double limit;	      /* at most */
	bool met;	      /* by the least */
};

#define FIGURES_TARGETS_MAX 32

/* Returns how many. */
size_t figures_targets(const struct figures *figures,
		       struct figures_target out[FIGURES_TARGETS_MAX]);

#endif
