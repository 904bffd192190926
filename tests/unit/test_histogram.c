// SPDX-License-Identifier: Apache-2.0
#include "histogram.h"

#include "harness.h"

static struct histogram empty;

TEST(without_any_there_is_no_percentile)
{
	CHECK_EQ(histogram_percentile_ns(&empty, 0.5), 0);
	CHECK_EQ(histogram_percentile_ns(&empty, 1), 0);
}

TEST(one_is_every_percentile)
{
	static struct histogram h;

	histogram_add(&h, 123456789);
	CHECK_EQ(histogram_percentile_ns(&h, 0), 123456789);
	CHECK_EQ(histogram_percentile_ns(&h, 0.5), 123456789);
	CHECK_EQ(histogram_percentile_ns(&h, 1), 123456789);
}

/* Of 1 to n, the percentile at share is share * n, to within 1/32 and never below. */
TEST(percentiles_are_right_to_a_thirty_second)
{
	static const double shares[] = { 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1 };
	static struct histogram h;
	const uint64_t n = 1000000;

	for (uint64_t ns = 1; ns <= n; ns++)
		histogram_add(&h, ns);
	CHECK_EQ(h.n, n);
	CHECK_EQ(h.max_ns, n);
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		double wanted = shares[i] * (double)n;
		double got = (double)histogram_percentile_ns(&h, shares[i]);

		harness_row("share %g", shares[i]);
		CHECK(got >= wanted);
		CHECK(got <= wanted * (1 + 1.0 / 32));
	}
}

/* Each power of two and its neighbours fall into a bucket whose end is near. */
TEST(every_magnitude_has_its_buckets)
{
	for (unsigned int power = 1; power < HISTOGRAM_POWERS + HISTOGRAM_SUB_BITS - 1; power++) {
		for (int step = -1; step <= 1; step++) {
			static struct histogram h;
			uint64_t ns = (1ull << power) + (uint64_t)step;
			uint64_t got;

			h = empty;
			histogram_add(&h, ns);
			histogram_add(&h, 1ull << 62); /* so that the longest is not the answer */
			got = histogram_percentile_ns(&h, 0.5);
			harness_row("2^%u%+d", power, step);
			CHECK(got >= ns && got - ns <= ns / 32);
		}
	}
}

TEST(what_is_too_long_counts_as_the_longest)
{
	static struct histogram h;

	histogram_add(&h, 5);
	histogram_add(&h, UINT64_MAX);
	CHECK_EQ(histogram_percentile_ns(&h, 0.5), 5);
	CHECK(histogram_percentile_ns(&h, 1) == UINT64_MAX);
}

TEST(merging_adds_up)
{
	static struct histogram a, b;

	for (uint64_t ns = 0; ns < 100; ns++)
		histogram_add(ns % 2 ? &a : &b, ns * 1000);
	histogram_merge(&a, &b);
	CHECK_EQ(a.n, 100);
	CHECK_EQ(a.max_ns, 99000);
	CHECK(histogram_percentile_ns(&a, 0.5) >= 49000);
	CHECK(histogram_percentile_ns(&a, 0.5) < 51000);
}

HARNESS_MAIN
