// SPDX-License-Identifier: Apache-2.0
#include "xdp.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "figures.h"
#include "log.h"
#include "option.h"
#include "report.h"

#define ROUNDS_DEFAULT 21u

struct xdp_options {
	const char *json;
	unsigned int rounds;
	bool quick;
};

/* --- measuring -------------------------------------------------------------------------------- */

/* Where it may, it also takes precedence over what else runs there. */
static bool pin(void)
{
	cpu_set_t last;

	setpriority(PRIO_PROCESS, 0, -20);
	CPU_ZERO(&last);
	CPU_SET((size_t)sysconf(_SC_NPROCESSORS_ONLN) - 1, &last);
	return sched_setaffinity(0, sizeof(last), &last) == 0;
}

/* One after the other, so that what else the machine does meets all alike. */
static int measure_subjects(struct subjects *subjects, struct figures *f, struct figures_of of,
			    unsigned int round)
{
	for (of.subject = 0; of.subject < SUBJECT_N; of.subject++) {
		double *ns = &figures_at(f, &of)[round];

		*ns = NAN;
		if (!subjects_have(subjects, of.subject, of.family))
			continue;
		if (round == 0 && subjects_check(subjects, of.subject))
			return -1;
		if (subjects_run(subjects, of.subject, ns))
			return -1;
	}
	return 0;
}

static int measure_round(struct subjects *subjects, struct figures *f, size_t size,
			 unsigned int round)
{
	for (unsigned int i = 0; i < FIGURES_FAMILIES_N * SCENE_TRAFFIC_N; i++) {
		const struct figures_of of = {
			.size = size,
			.family = i < SCENE_TRAFFIC_N ? 4 : 6,
			.traffic = i % SCENE_TRAFFIC_N,
		};

		if (subjects_set_traffic(subjects, of.traffic, of.family) ||
		    measure_subjects(subjects, f, of, round))
			return -1;
	}
	return 0;
}

static int measure_list(struct figures *f, size_t size)
{
	struct list list = { 0 };
	struct subjects *subjects;
	int status = 0;

	if (!scene_list(figures_sizes[size], &list))
		return log_error("out of memory");
	subjects = subjects_load(&list);
	if (!subjects)
		status = -1;
	for (unsigned int round = 0; round < f->rounds && !status; round++) {
		status = measure_round(subjects, f, size, round);
		fprintf(stderr, "\r%zu prefixes: round %u of %u ", figures_sizes[size], round + 1,
			f->rounds);
	}
	fputc('\n', stderr);
	if (!status)
		status = subjects_check_counters(subjects);
	if (subjects)
		subjects_close(subjects);
	list_free(&list);
	return status;
}

static int run(const struct xdp_options *options)
{
	struct figures *f = calloc(1, sizeof(*f));
	int status = 0;

	if (!f)
		return log_error("out of memory");
	log_open();
	f->rounds = options->rounds;
	f->quick = options->quick;
	f->pinned = pin();
	for (size_t size = 0; size < FIGURES_SIZES_N && !status; size++)
		status = measure_list(f, size);
	if (!status)
		status = swap_measure(f->rounds, &f->swap);
	if (!status) {
		report_table(f);
		if (options->json)
			status = report_json(f, options->json);
	}
	free(f);
	return status;
}

/* --- options ---------------------------------------------------------------------------------- */

static void print_usage(void)
{
	printf("Usage: exogate-bench xdp [OPTION]...\n\n"
	       "Measures what a packet costs in the XDP program with 6, 1,000 and 100,000\n"
	       "prefixes, beside other ways to look its source up, by BPF_PROG_TEST_RUN; needs\n"
	       "root.  Every verdict and counter is checked.\n\n"
	       "      --rounds N    of each program, in turns (default %u)\n"
	       "      --quick       one round: only a check that it works\n"
	       "      --json FILE   the figures for programs, too\n"
	       "  -h, --help        print this and exit\n",
	       ROUNDS_DEFAULT);
}

enum option_value {
	OPTION_ROUNDS = 256,
	OPTION_QUICK,
	OPTION_JSON,
};

static const struct option long_options[] = {
	{ "rounds", required_argument, NULL, OPTION_ROUNDS },
	{ "quick", no_argument, NULL, OPTION_QUICK },
	{ "json", required_argument, NULL, OPTION_JSON },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static bool take_option(void *options, int option)
{
	struct xdp_options *o = options;

	switch (option) {
	case OPTION_ROUNDS:
		return option_count("rounds", optarg, FIGURES_ROUNDS_MAX, &o->rounds);
	case OPTION_QUICK:
		o->quick = true;
		o->rounds = 1;
		return true;
	case OPTION_JSON:
		o->json = optarg;
		return true;
	default:
		return false;
	}
}

static const struct option_set option_set = {
	.letters = "h",
	.names = long_options,
	.print_usage = print_usage,
	.take = take_option,
};

int xdp_run(int argc, char **argv)
{
	struct xdp_options options = { .rounds = ROUNDS_DEFAULT };
	int status;

	if (!option_read(argc, argv, &option_set, &options, &status))
		return status;
	if (argc != optind)
		return option_misused("xdp takes no argument", argv[optind]);
	return run(&options) ? 1 : 0;
}
