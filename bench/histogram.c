// SPDX-License-Identifier: Apache-2.0
#include "histogram.h"

#define SUB_BUCKETS (1u << HISTOGRAM_SUB_BITS)

/* Below SUB_BUCKETS each value has its bucket; above, each power of two has SUB_BUCKETS of them. */
static size_t bucket_of(uint64_t ns)
{
	unsigned int power;
	size_t bucket;

	if (ns < SUB_BUCKETS)
		return (size_t)ns;
	power = 63u - (unsigned int)__builtin_clzll(ns) - HISTOGRAM_SUB_BITS;
	bucket = ((size_t)(power + 1) << HISTOGRAM_SUB_BITS) + (size_t)(ns >> power) - SUB_BUCKETS;
	return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

static uint64_t highest_in(size_t bucket)
{
	size_t power = bucket >> HISTOGRAM_SUB_BITS, sub = bucket & (SUB_BUCKETS - 1);

	if (power == 0)
		return bucket;
	return ((uint64_t)(sub + SUB_BUCKETS + 1) << (power - 1)) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t duration_ns)
{
	histogram->n++;
	histogram->buckets[bucket_of(duration_ns)]++;
	if (duration_ns > histogram->max_ns)
		histogram->max_ns = duration_ns;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	into->n += from->n;
	if (from->max_ns > into->max_ns)
		into->max_ns = from->max_ns;
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		into->buckets[i] += from->buckets[i];
}

uint64_t histogram_percentile_ns(const struct histogram *histogram, double share)
{
	double wanted = share * (double)histogram->n;
	uint64_t seen = 0;

	for (size_t i = 0; i < HISTOGRAM_BUCKETS && seen < histogram->n; i++) {
		seen += histogram->buckets[i];
		if (histogram->buckets[i] && (double)seen >= wanted && i + 1 < HISTOGRAM_BUCKETS)
			return highest_in(i) < histogram->max_ns ? highest_in(i) :
								   histogram->max_ns;
	}
	return histogram->max_ns;
}
