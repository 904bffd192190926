// SPDX-License-Identifier: Apache-2.0
#include "figures.h"

#include <stdlib.h>
#include <string.h>

#define DROP_NS	      12
#define PASS_NS	      22
#define OTHER_PORT_NS 4
#define COMMON_NS     20
#define RANDOM_LPMS   1.5

const size_t figures_sizes[FIGURES_SIZES_N] = { SCENE_PREFIXES_MIN, 1000, 100000 };

static const double *rounds_of(const struct figures *f, const struct figures_of *of)
{
	return f->ns[of->size][of->family == 6][of->traffic][of->subject];
}

double *figures_at(struct figures *f, const struct figures_of *of)
{
	return f->ns[of->size][of->family == 6][of->traffic][of->subject];
}

/* --- spreads ---------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

struct figures_spread figures_spread(double *values, size_t n)
{
	qsort(values, n, sizeof(values[0]), compare);
	return (struct figures_spread){
		.median = n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2,
		.min = values[0],
		.max = values[n - 1],
		.low = values[n / 4],
		.high = values[n - 1 - n / 4],
	};
}

struct figures_spread figures_gross(const struct figures *f, const struct figures_of *of)
{
	double values[FIGURES_ROUNDS_MAX] = { 0 };

	memcpy(values, rounds_of(f, of), f->rounds * sizeof(values[0]));
	return figures_spread(values, f->rounds);
}

struct figures_spread figures_net(const struct figures *f, const struct figures_of *of)
{
	const struct figures_of floor_of = { of->size, of->family, of->traffic, SUBJECT_FLOOR };
	const double *gross = rounds_of(f, of), *floor = rounds_of(f, &floor_of);
	double values[FIGURES_ROUNDS_MAX] = { 0 };

	for (unsigned int i = 0; i < f->rounds; i++)
		values[i] = gross[i] - floor[i];
	return figures_spread(values, f->rounds);
}

double figures_least(const struct figures *f, const struct figures_of *of)
{
	const struct figures_of floor_of = { of->size, of->family, of->traffic, SUBJECT_FLOOR };

	return figures_gross(f, of).min - figures_gross(f, &floor_of).min;
}

/* --- targets ---------------------------------------------------------------------------------- */

static double lpm_ns(const struct figures *f, const struct figures_of *of)
{
	const struct figures_of bare = { of->size, of->family, of->traffic, SUBJECT_LPM };

	return figures_least(f, &bare);
}

/* The most that the figure may be; 0: nothing is asked of it. */
static double limit_of(const struct figures *f, const struct figures_of *of)
{
	bool short_list = of->size == 0;

	switch (of->traffic) {
	case SCENE_DROP:
		return short_list ? DROP_NS : 0;
	case SCENE_PASS:
		return short_list ? PASS_NS : 0;
	case SCENE_OTHER_PORT:
		return short_list ? OTHER_PORT_NS : 0;
	case SCENE_COMMON:
		return short_list ? 0 : COMMON_NS;
	default:
		return short_list ? 0 : RANDOM_LPMS * lpm_ns(f, of);
	}
}

size_t figures_targets(const struct figures *f, struct figures_target out[FIGURES_TARGETS_MAX])
{
	struct figures_of of = { .subject = SUBJECT_EXOGATE };
	size_t n = 0;

	for (of.size = 0; of.size < FIGURES_SIZES_N; of.size++)
		for (unsigned int i = 0; i < FIGURES_FAMILIES_N * SCENE_TRAFFIC_N; i++) {
			double limit;

			of.family = i < SCENE_TRAFFIC_N ? 4 : 6;
			of.traffic = i % SCENE_TRAFFIC_N;
			limit = limit_of(f, &of);
			if (limit == 0)
				continue;
			out[n].of = of;
			out[n].least = figures_least(f, &of);
			out[n].median = figures_net(f, &of).median;
			out[n].limit = limit;
			out[n].met = out[n].least <= limit;
			n++;
		}
	return n;
}
