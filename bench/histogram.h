/* SPDX-License-Identifier: Apache-2.0 */
/*
 * histogram - the distribution of many durations in little memory.
 *
 * Buckets are of equal width within each power of two (as in Gil Tene's HdrHistogram), so that a
 * percentile is right to within 1/32 of its value, from a nanosecond to more than an hour.
 */
#ifndef EXOGATE_HISTOGRAM_H
#define EXOGATE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_SUB_BITS 5
#define HISTOGRAM_POWERS   42
#define HISTOGRAM_BUCKETS  ((size_t)HISTOGRAM_POWERS << HISTOGRAM_SUB_BITS)

struct histogram {
	uint64_t n;
	uint64_t max_ns;
	uint64_t buckets[HISTOGRAM_BUCKETS]; /* what is longer than the last counts there */
};

/* An empty one is all zeros. */
void histogram_add(struct histogram *histogram, uint64_t duration_ns);

/* Adds all that from holds. */
void histogram_merge(struct histogram *into, const struct histogram *from);

/*
 * The duration that a share of them, from 0 to 1, does not exceed: the upper end of its bucket, and
 * never more than the longest.  0 if there are none.
 */
uint64_t histogram_percentile_ns(const struct histogram *histogram, double share);

#endif
