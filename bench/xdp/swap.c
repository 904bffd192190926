// SPDX-License-Identifier: Apache-2.0
#include "swap.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "figures.h"
#include "log.h"
#include "subjects.h"

#define LARGE	   1000
#define SWAPS_MAX  10000
#define PAUSE_NS   1000000
#define ROUNDS_MAX FIGURES_ROUNDS_MAX

/* What the thread that exchanges lists works on. */
struct swapper {
	struct list_slots slots;
	const struct list_maps *lists[2];
	atomic_bool busy, stop;
	double ms[SWAPS_MAX];
	size_t n;
	int status;
};

static double milliseconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Away from the CPU that judges packets, to which the thread that began this one is bound. */
static void unpin(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t others;

	CPU_ZERO(&others);
	for (long cpu = 0; cpu < n - 1; cpu++)
		CPU_SET((size_t)cpu, &others);
	if (n > 1)
		sched_setaffinity(0, sizeof(others), &others);
}

static void *swap_lists(void *of)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	struct swapper *s = of;

	unpin();
	while (!s->stop && s->n < SWAPS_MAX && !s->status) {
		double start = milliseconds_now();

		if (!s->busy) {
			nanosleep(&pause, NULL);
			continue;
		}
		s->status = list_maps_install(&s->slots, s->lists[s->n % 2]);
		s->ms[s->n++] = milliseconds_now() - start;
	}
	return NULL;
}

/* Judges packets of both kinds; *ns is the mean of one. */
static int judge(struct subjects *subjects, double *ns)
{
	double listed, unlisted;

	if (subjects_set_traffic(subjects, SCENE_COMMON, 4) ||
	    subjects_run(subjects, SUBJECT_EXOGATE, &listed) ||
	    subjects_set_traffic(subjects, SCENE_UNLISTED, 4) ||
	    subjects_run(subjects, SUBJECT_EXOGATE, &unlisted))
		return -1;
	*ns = (listed + unlisted) / 2;
	return 0;
}

static int measure_rounds(struct subjects *subjects, struct swapper *s, unsigned int rounds,
			  struct swap_result *out)
{
	double quiet[ROUNDS_MAX], busy[ROUNDS_MAX];

	for (unsigned int i = 0; i < rounds; i++) {
		s->busy = false;
		if (judge(subjects, &quiet[i]))
			return -1;
		s->busy = true;
		if (judge(subjects, &busy[i]))
			return -1;
	}
	out->quiet_ns = figures_spread(quiet, rounds).median;
	out->busy_ns = figures_spread(busy, rounds).median;
	out->packets = 2ull * rounds * SUBJECTS_POOL_N;
	return 0;
}

static int measure_swapping(struct subjects *subjects, struct swapper *s, unsigned int rounds,
			    struct swap_result *out)
{
	struct figures_spread ms;
	pthread_t thread;
	int status;

	if (pthread_create(&thread, NULL, swap_lists, s))
		return log_error("cannot start a thread");
	status = measure_rounds(subjects, s, rounds, out);
	s->stop = true;
	pthread_join(thread, NULL);
	if (status || s->status)
		return -1;
	if (s->n == 0)
		return log_error("no list was exchanged while packets were judged");
	ms = figures_spread(s->ms, s->n);
	out->swaps = s->n;
	out->swap_ms = ms.median;
	out->swap_max_ms = ms.max;
	return subjects_check_counters(subjects);
}

static int with_lists(const struct list *large, const struct list *small, unsigned int rounds,
		      struct swap_result *out)
{
	struct list_maps maps[2] = { { -1, -1, { -1, -1 } }, { -1, -1, { -1, -1 } } };
	struct subjects *subjects = subjects_load(large);
	struct swapper *s = calloc(1, sizeof(*s));
	int status = -1;

	if (s && subjects && list_maps_fill(small, &maps[0]) == 0 &&
	    list_maps_fill(large, &maps[1]) == 0) {
		s->slots = subjects_slots(subjects);
		s->lists[0] = &maps[0];
		s->lists[1] = &maps[1];
		status = measure_swapping(subjects, s, rounds, out);
	}
	list_maps_close(&maps[0]);
	list_maps_close(&maps[1]);
	if (subjects)
		subjects_close(subjects);
	free(s);
	return status;
}

int swap_measure(unsigned int rounds, struct swap_result *out)
{
	struct list large = { 0 }, small = { 0 };
	int status;

	if (scene_list(LARGE, &large) && scene_list(SCENE_PREFIXES_MIN, &small))
		status = with_lists(&large, &small, rounds, out);
	else
		status = log_error("out of memory");
	list_free(&large);
	list_free(&small);
	return status;
}
