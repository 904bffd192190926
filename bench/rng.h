/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rng - numbers that look random and are the same for the same seed (SplitMix64, Steele, Lea and
 * Flood 2014).  No secrets.
 */
#ifndef EXOGATE_RNG_H
#define EXOGATE_RNG_H

#include <stdint.h>

struct rng {
	uint64_t state; /* the seed at first */
};

static inline uint64_t rng_next(struct rng *rng)
{
	uint64_t z = rng->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* From 0 to below, which is not 0 and small: the bias does not matter here. */
static inline uint32_t rng_below(struct rng *rng, uint32_t below)
{
	return (uint32_t)((rng_next(rng) >> 32) * below >> 32);
}

#endif
