// SPDX-License-Identifier: Apache-2.0
#include "milter_targets.h"

#include <string.h>

#include "harness.h"

#define ROUNDS 5

static struct milter_results results;

static void set_cpu(enum milter_load_id load, enum peer_id peer, double us)
{
	struct milter_cell *cell = &results.cells[load][peer];

	cell->n_rounds = ROUNDS;
	for (size_t i = 0; i < ROUNDS; i++) {
		cell->cpu_us[i] = us;
		cell->per_second[i] = 1e6 / us;
	}
}

/* What the yardstick is known to be, and an exogated just at its targets. */
static void set_up(void)
{
	static const enum milter_load_id all[] = { MILTER_K100, MILTER_K1, MILTER_MANY };

	memset(&results, 0, sizeof(results));
	results.rounds = ROUNDS;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		set_cpu(all[i], PEER_FLOOR, 10);
		set_cpu(all[i], PEER_EXOGATED, 12.5);
		set_cpu(all[i], PEER_FILTER_QUIET, 400);
		set_cpu(all[i], PEER_FILTER, 900);
	}
	results.cells[MILTER_K100][PEER_FLOOR].syscalls = 4.9;
	results.cells[MILTER_IDLE][PEER_EXOGATED].rss_peak = 64000000;
}

static const struct milter_target *find(const struct milter_target *targets, size_t n,
					const char *what)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(targets[i].what, what))
			return &targets[i];
	return NULL;
}

TEST(spread)
{
	static const double odd[] = { 3, 1, 2 }, even[] = { 4, 1, 3, 2 };
	struct milter_spread s = milter_spread_of(odd, 3);

	CHECK(s.median == 2 && s.min == 1 && s.max == 3);
	s = milter_spread_of(even, 4);
	CHECK(s.median == 2.5 && s.min == 1 && s.max == 4);
	s = milter_spread_of(odd, 0);
	CHECK(s.median == 0 && s.min == 0 && s.max == 0);
}

TEST(ratios_are_taken_round_by_round)
{
	struct milter_target targets[MILTER_TARGETS_MAX];
	const struct milter_target *t;
	size_t n;

	set_up();
	/* A round in which the machine was twice as slow for both changes no ratio. */
	results.cells[MILTER_K100][PEER_FLOOR].cpu_us[3] = 20;
	results.cells[MILTER_K100][PEER_EXOGATED].cpu_us[3] = 25;
	results.cells[MILTER_K100][PEER_EXOGATED].cpu_us[4] = 15;
	n = milter_targets(&results, targets);
	t = find(targets, n, "floor, k=100");
	if (!CHECK(t != NULL))
		return;
	CHECK(t->value.median == 1.25 && t->value.min == 1.25 && t->value.max == 1.5);
	CHECK(t->met && !t->at_least);
}

TEST(at_the_limit_is_met_and_beyond_is_missed)
{
	struct milter_target targets[MILTER_TARGETS_MAX];
	size_t n;

	set_up();
	n = milter_targets(&results, targets);
	CHECK(find(targets + 1, n - 1, "floor, k=1")->met);
	CHECK(find(targets, n, "10,000 idle")->met);
	CHECK(find(targets, n, "NR flags, k=100")->met);
	set_cpu(MILTER_K1, PEER_EXOGATED, 12.6);
	set_cpu(MILTER_K100, PEER_FILTER_QUIET, 370);
	results.cells[MILTER_IDLE][PEER_EXOGATED].rss_peak++;
	n = milter_targets(&results, targets);
	CHECK(find(targets, n, "floor, k=100")->met);
	CHECK(!find(targets + 1, n - 1, "floor, k=1")->met);
	CHECK(!find(targets, n, "10,000 idle")->met);
	CHECK(!find(targets, n, "NR flags, k=100")->met);
}

static size_t count_voids(void)
{
	char voids[MILTER_VOIDS_MAX][256];

	return milter_voids(&results, voids);
}

TEST(a_sound_yardstick_is_not_void)
{
	set_up();
	CHECK_EQ(count_voids(), 0);
}

TEST(a_floor_with_many_system_calls_is_void)
{
	set_up();
	results.cells[MILTER_K100][PEER_FLOOR].syscalls = 5.01;
	CHECK_EQ(count_voids(), 1);
}

TEST(a_filter_that_is_too_near_or_too_far_is_void)
{
	set_up();
	set_cpu(MILTER_K100, PEER_FILTER_QUIET, 299);
	CHECK_EQ(count_voids(), 1);
	set_cpu(MILTER_K100, PEER_FILTER_QUIET, 300);
	CHECK_EQ(count_voids(), 0);
	set_cpu(MILTER_K100, PEER_FILTER_QUIET, 500);
	CHECK_EQ(count_voids(), 0);
	set_cpu(MILTER_K100, PEER_FILTER_QUIET, 501);
	CHECK_EQ(count_voids(), 1);
}

TEST(one_wrong_verdict_anywhere_is_void)
{
	for (int load = 0; load < MILTER_LOADS_N; load++) {
		set_up();
		results.loads[load].name = "this load";
		results.cells[load][PEER_EXOGATED].wrong = 1;
		harness_row("load %d", load);
		CHECK_EQ(count_voids(), 1);
	}
}

/* Even if everything is wrong, the list stays within its bounds. */
TEST(all_is_wrong)
{
	set_up();
	for (int load = 0; load < MILTER_LOADS_N; load++) {
		results.loads[load].name = "load";
		for (int peer = 0; peer < PEER_N; peer++)
			results.cells[load][peer].wrong = 1;
	}
	results.cells[MILTER_K100][PEER_FLOOR].syscalls = 100;
	set_cpu(MILTER_K100, PEER_FILTER_QUIET, 1);
	CHECK(count_voids() > 2);
	CHECK(count_voids() <= MILTER_VOIDS_MAX);
}

HARNESS_MAIN
