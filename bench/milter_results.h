/* SPDX-License-Identifier: Apache-2.0 */
/*
 * milter_results - what is measured in a run of `exogate-bench milter`.
 */
#ifndef EXOGATE_MILTER_RESULTS_H
#define EXOGATE_MILTER_RESULTS_H

#include <stddef.h>

#include "histogram.h"
#include "peer.h"

#define MILTER_ROUNDS_MAX 99

/* The loads, in the order in which they are reported. */
enum milter_load_id {
	MILTER_K100,
	MILTER_K1,
	MILTER_MANY,
	MILTER_PACED, /* from here on not for all peers */
	MILTER_UNLOADED,
	MILTER_IDLE,
	MILTER_LARGE,
	MILTER_LOADS_N,
};

struct milter_load {
	const char *name;
	unsigned int connections;
	unsigned int messages_per_connection;
	size_t body_bytes;
	unsigned int held;	/* connections that are open beside and say nothing */
	unsigned int only_peer; /* PEER_N: all */
	double rate;		/* messages a second of an open loop; 0: closed */
};

/* One load on one peer; arrays have n_rounds values. */
struct milter_cell {
	size_t n_rounds;
	double cpu_us[MILTER_ROUNDS_MAX]; /* of a message */
	double per_second[MILTER_ROUNDS_MAX];
	double p99_ms[MILTER_ROUNDS_MAX];
	double p999_ms[MILTER_ROUNDS_MAX];
	uint64_t messages;
	uint64_t wrong;	   /* of these: other verdicts than expected */
	uint64_t rss_peak; /* bytes, the most of all rounds */
	double syscalls;   /* of a message, from a run of its own; -1: not counted */
	struct histogram latency;
	char first_wrong[128];
};

struct milter_results {
	bool quick;
	bool pinned;	  /* driver and milter each to a core of its own */
	bool prioritised; /* above what else the machine does */
	unsigned int rounds;
	double seconds; /* of each run */
	uint64_t seed;
	struct milter_load loads[MILTER_LOADS_N];
	struct milter_cell cells[MILTER_LOADS_N][PEER_N];
};

/* A figure of each round, and how they spread. */
struct milter_spread {
	double median;
	double min;
	double max;
};

struct milter_spread milter_spread_of(const double *values, size_t n);

static inline bool milter_load_has(const struct milter_load *load, unsigned int peer)
{
	return load->only_peer == PEER_N || load->only_peer == peer;
}

#endif
