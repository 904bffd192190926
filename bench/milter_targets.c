// SPDX-License-Identifier: Apache-2.0
#include "milter_targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEGABYTE 1e6

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

struct milter_spread milter_spread_of(const double *values, size_t n)
{
	double sorted[MILTER_ROUNDS_MAX];

	if (n == 0)
		return (struct milter_spread){ 0, 0, 0 };
	memcpy(sorted, values, n * sizeof(*values));
	qsort(sorted, n, sizeof(*sorted), compare);
	return (struct milter_spread){
		.median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2,
		.min = sorted[0],
		.max = sorted[n - 1],
	};
}

/* How one peer's figure stands to another's, round by round: what disturbs one disturbs both. */
static struct milter_spread ratio(const double *above, const double *below, size_t n)
{
	double ratios[MILTER_ROUNDS_MAX];

	for (size_t i = 0; i < n; i++)
		ratios[i] = below[i] > 0 ? above[i] / below[i] : 0;
	return milter_spread_of(ratios, n);
}

static struct milter_spread difference(const double *a, const double *b, size_t n)
{
	double differences[MILTER_ROUNDS_MAX];

	for (size_t i = 0; i < n; i++)
		differences[i] = a[i] - b[i];
	return milter_spread_of(differences, n);
}

static struct milter_spread cpu_ratio(const struct milter_results *r, enum milter_load_id load,
				      enum peer_id above, enum peer_id below)
{
	return ratio(r->cells[load][above].cpu_us, r->cells[load][below].cpu_us, r->rounds);
}

static struct milter_spread alone(double value)
{
	return (struct milter_spread){ value, value, value };
}

static void add_cpu_targets(const struct milter_results *r, struct milter_target **next)
{
	static const struct {
		const char *id, *what;
		double limit;
		enum milter_load_id load;
		enum peer_id above, below;
		bool at_least;
	} rows[] = {
		{ "P1", "CPU against the floor, k=100", 1.25, MILTER_K100, PEER_EXOGATED,
		  PEER_FLOOR, false },
		{ "P1", "CPU against the floor, k=1", 1.25, MILTER_K1, PEER_EXOGATED, PEER_FLOOR,
		  false },
		{ "P2", "less CPU than libmilter with NR flags, k=100", 30, MILTER_K100,
		  PEER_FILTER_QUIET, PEER_EXOGATED, true },
		{ "P2", "less CPU than libmilter with NR flags, k=1", 18, MILTER_K1,
		  PEER_FILTER_QUIET, PEER_EXOGATED, true },
		{ "P2", "less CPU than libmilter, k=100", 65, MILTER_K100, PEER_FILTER,
		  PEER_EXOGATED, true },
		{ "P2", "less CPU than libmilter, k=1", 38, MILTER_K1, PEER_FILTER, PEER_EXOGATED,
		  true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		*(*next)++ = (struct milter_target){
			.id = rows[i].id,
			.what = rows[i].what,
			.unit = "x",
			.limit = rows[i].limit,
			.at_least = rows[i].at_least,
			.value = cpu_ratio(r, rows[i].load, rows[i].above, rows[i].below),
		};
}

static void add_rate_target(const struct milter_results *r, struct milter_target **next)
{
	const struct milter_cell *many = r->cells[MILTER_MANY];

	*(*next)++ = (struct milter_target){
		.id = "P2",
		.what = "messages/s of libmilter with NR flags, 200 connections",
		.unit = "x",
		.limit = 12,
		.at_least = true,
		.value = ratio(many[PEER_EXOGATED].per_second, many[PEER_FILTER_QUIET].per_second,
			       r->rounds),
	};
}

static struct milter_target memory_target(const struct milter_results *r, enum milter_load_id load,
					  const char *what)
{
	double bytes = (double)r->cells[load][PEER_EXOGATED].rss_peak;

	return (struct milter_target){
		.id = "P7",
		.what = what,
		.unit = "MB",
		.limit = 64,
		.value = alone(bytes / MEGABYTE),
	};
}

static void add_memory_targets(const struct milter_results *r, struct milter_target **next)
{
	*(*next)++ = memory_target(r, MILTER_IDLE, "memory with 10,000 idle connections");
	*(*next)++ = memory_target(r, MILTER_LARGE,
				   "memory with 1,000 busy connections, bodies not asked for");
}

static struct milter_target latency_target(const char *what, double limit,
					   struct milter_spread value)
{
	return (struct milter_target){
		.id = "P8",
		.what = what,
		.unit = "ms",
		.limit = limit,
		.value = value,
	};
}

static void add_latency_targets(const struct milter_results *r, struct milter_target **next)
{
	const struct milter_cell *paced = &r->cells[MILTER_PACED][PEER_EXOGATED];
	const struct milter_cell *unloaded = &r->cells[MILTER_UNLOADED][PEER_FLOOR];

	*(*next)++ = latency_target("p99 at 50 % load, beyond an unloaded floor", 1.5,
				    difference(paced->p99_ms, unloaded->p99_ms, r->rounds));
	*(*next)++ = latency_target("p99.9 at 50 % load, beyond an unloaded floor", 5,
				    difference(paced->p999_ms, unloaded->p999_ms, r->rounds));
}

size_t milter_targets(const struct milter_results *results,
		      struct milter_target out[MILTER_TARGETS_MAX])
{
	struct milter_target *next = out;

	add_cpu_targets(results, &next);
	add_rate_target(results, &next);
	add_memory_targets(results, &next);
	add_latency_targets(results, &next);
	for (struct milter_target *t = out; t < next; t++)
		t->met = t->at_least ? t->value.median >= t->limit : t->value.median <= t->limit;
	return (size_t)(next - out);
}

/* --- voids ------------------------------------------------------------------------------------ */

static size_t add_wrong_verdicts(const struct milter_results *r, char out[MILTER_VOIDS_MAX][256])
{
	size_t n = 0;

	for (size_t load = 0; load < MILTER_LOADS_N; load++) {
		for (size_t peer = 0; peer < PEER_N && n + 2 < MILTER_VOIDS_MAX; peer++) {
			const struct milter_cell *cell = &r->cells[load][peer];

			if (cell->wrong)
				snprintf(out[n++], 256, "%s, %s: %llu wrong verdicts: %s",
					 peers[peer].name, r->loads[load].name,
					 (unsigned long long)cell->wrong, cell->first_wrong);
		}
	}
	return n;
}

size_t milter_voids(const struct milter_results *r, char out[MILTER_VOIDS_MAX][256])
{
	double syscalls = r->cells[MILTER_K100][PEER_FLOOR].syscalls;
	double floors = cpu_ratio(r, MILTER_K100, PEER_FILTER_QUIET, PEER_FLOOR).median;
	size_t n = add_wrong_verdicts(r, out);

	if (syscalls > MILTER_FLOOR_SYSCALLS_MAX)
		snprintf(out[n++], 256,
			 "the floor makes %.2f system calls a message at k=100, more than %.0f",
			 syscalls, MILTER_FLOOR_SYSCALLS_MAX);
	if (floors < MILTER_FILTER_FLOORS_MIN || floors > MILTER_FILTER_FLOORS_MAX)
		snprintf(out[n++], 256,
			 "libmilter with NR flags is %.1f times the floor at k=100, not %.0f to "
			 "%.0f",
			 floors, MILTER_FILTER_FLOORS_MIN, MILTER_FILTER_FLOORS_MAX);
	return n;
}
