// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "harness.h"
#include "timer_wheel.h"

#define FAR (3 * TIMER_WHEEL_SLOTS)

/* How many are due up to the tick; all must be due by then. */
static unsigned int count_due(struct timer_wheel *wheel, uint64_t now)
{
	struct timer *t;
	unsigned int n = 0;

	while ((t = timer_wheel_next(wheel, now))) {
		CHECK(t->due <= now);
		CHECK(!t->link);
		n++;
	}
	CHECK_EQ(wheel->now, now);
	return n;
}

TEST(due_at_its_tick_and_not_before)
{
	for (uint64_t due = 1; due <= FAR; due++) {
		struct timer_wheel wheel;
		struct timer t = { 0 };

		harness_row("due in %d", (int)due);
		timer_wheel_init(&wheel, 1000);
		timer_wheel_set(&wheel, &t, 1000 + due);
		CHECK_EQ(count_due(&wheel, 1000 + due - 1), 0);
		CHECK_EQ(count_due(&wheel, 1000 + due), 1);
		CHECK_EQ(count_due(&wheel, 1000 + due + FAR), 0);
	}
}

TEST(a_late_tick_finds_all_that_were_due)
{
	struct timer_wheel wheel;
	struct timer timers[FAR] = { { 0 } };

	timer_wheel_init(&wheel, 7);
	for (int i = 0; i < FAR; i++)
		timer_wheel_set(&wheel, &timers[i], 8 + (uint64_t)i);
	CHECK_EQ(count_due(&wheel, 7 + FAR / 2), FAR / 2);
	CHECK_EQ(count_due(&wheel, 7 + FAR), FAR / 2);
}

TEST(what_is_past_is_due_at_the_next_tick)
{
	struct timer_wheel wheel;
	struct timer t = { 0 };

	timer_wheel_init(&wheel, 100);
	timer_wheel_set(&wheel, &t, 3);
	CHECK_EQ(count_due(&wheel, 100), 0);
	CHECK_EQ(count_due(&wheel, 101), 1);
}

TEST(set_again_counts_once)
{
	struct timer_wheel wheel;
	struct timer t = { 0 };

	timer_wheel_init(&wheel, 0);
	timer_wheel_set(&wheel, &t, 5);
	timer_wheel_set(&wheel, &t, FAR);
	CHECK_EQ(count_due(&wheel, FAR - 1), 0);
	timer_wheel_set(&wheel, &t, FAR);
	CHECK_EQ(count_due(&wheel, FAR), 1);
}

TEST(cancelled_is_never_due)
{
	struct timer_wheel wheel;
	struct timer timers[3] = { { 0 } };

	timer_wheel_init(&wheel, 0);
	for (int i = 0; i < 3; i++)
		timer_wheel_set(&wheel, &timers[i], 5);
	timer_cancel(&timers[1]);
	timer_cancel(&timers[1]);
	CHECK_EQ(count_due(&wheel, 5), 2);
}

/* Against a list: random sets, cancels and ticks. */
TEST(agrees_with_a_list)
{
	enum {
		N = 50
	};
	struct timer_wheel wheel;
	struct timer timers[N] = { { 0 } };
	uint64_t due[N] = { 0 }, now = 0; /* due 0: not set */

	srandom(1);
	timer_wheel_init(&wheel, now);
	for (int round = 0; round < 20000; round++) {
		size_t i = (size_t)random() % N;
		unsigned int expected = 0;

		if (random() % 3) {
			due[i] = now + 1 + (uint64_t)random() % FAR;
			timer_wheel_set(&wheel, &timers[i], due[i]);
		} else {
			due[i] = 0;
			timer_cancel(&timers[i]);
		}
		if (random() % 4)
			continue;
		now += (uint64_t)random() % 5;
		for (size_t j = 0; j < N; j++) {
			if (!due[j] || due[j] > now)
				continue;
			expected++;
			due[j] = 0;
		}
		if (!CHECK_EQ(count_due(&wheel, now), expected))
			return;
	}
}

HARNESS_MAIN
