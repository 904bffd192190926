// SPDX-License-Identifier: Apache-2.0
#include "milter.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "milter_measure.h"
#include "milter_report.h"
#include "milter_targets.h"
#include "option.h"

#define ROUNDS_DEFAULT	    5u
#define MILLISECONDS_MAX    60000u
#define CONNECTIONS_DEFAULT 16u
#define CONNECTIONS_MAX	    5000u
#define BODY_DEFAULT	    4096u

/* How many different ones are generated: more than caches of a filter would like. */
#define MESSAGES       64u
#define LARGE_MESSAGES 16u

struct milter_options {
	unsigned int rounds;
	unsigned int milliseconds; /* of each run */
	unsigned int connections;
	unsigned int body_bytes;
	unsigned int seed;
	bool quick;
	bool expects; /* expect is set */
	enum reply_verdict expect;
	const char *json;
	const char *programs; /* NULL: the folder of this one */
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

/* --- what is measured ------------------------------------------------------------------------- */

static void set_loads(struct milter_results *r, const struct milter_options *o)
{
	unsigned int n = o->connections, all = PEER_N;
	const struct milter_load loads[MILTER_LOADS_N] = {
		[MILTER_K100] = { "k=100", n, 100, o->body_bytes, 0, all, 0 },
		[MILTER_K1] = { "k=1", n, 1, o->body_bytes, 0, all, 0 },
		[MILTER_MANY] = { "many", o->quick ? 20 : 200, 100, o->body_bytes, 0, all, 0 },
		[MILTER_PACED] = { "paced", 4 * n, 100, o->body_bytes, 0, PEER_EXOGATED, 0 },
		[MILTER_UNLOADED] = { "unloaded", 4 * n, 100, o->body_bytes, 0, PEER_FLOOR, 0 },
		[MILTER_IDLE] = { "idle", n, 100, o->body_bytes, o->quick ? 100 : 10000,
				  PEER_EXOGATED, 0 },
		[MILTER_LARGE] = { "large", o->quick ? 10 : 1000, 10, 1u << 20, 0, PEER_EXOGATED,
				   0 },
	};

	memcpy(r->loads, loads, sizeof(loads));
}

/* The first two cores that we may use: the driver's and the milter's; false if there is one. */
static bool choose_cpus(int cpus[2])
{
	cpu_set_t set;
	int n = 0;

	cpus[0] = cpus[1] = -1;
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return false;
	for (int cpu = 0; cpu < CPU_SETSIZE && n < 2; cpu++)
		if (CPU_ISSET((size_t)cpu, &set))
			cpus[n++] = cpu;
	if (n == 2)
		return true;
	cpus[0] = cpus[1] = -1;
	return false;
}

static void stay_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* The milters inherit it: what else runs on the machine then disturbs little. */
static bool raise_priority(void)
{
	return setpriority(PRIO_PROCESS, 0, -20) == 0;
}

static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static void catch_interrupts(void)
{
	struct sigaction action = { .sa_handler = on_interrupt };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* The folder that this program is in; exogated and the peers are beside it. */
static const char *own_folder(char *buffer, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", buffer, size - 1);
	char *slash;

	if (n < 0)
		return ".";
	buffer[n] = '\0';
	slash = strrchr(buffer, '/');
	if (slash)
		*slash = '\0';
	return buffer;
}

static bool make_corpus(const struct milter_options *o, char **files, size_t n, struct corpus *out)
{
	if (n)
		return corpus_read(files, n, o->expects ? o->expect : REPLY_ACCEPT, out, stderr);
	corpus_generate(o->seed, MESSAGES, o->body_bytes, out);
	for (size_t i = 0; o->expects && i < out->n; i++)
		out->messages[i].expect = o->expect;
	return true;
}

static int report(const struct milter_results *r, const struct milter_options *o)
{
	char voids[MILTER_VOIDS_MAX][256];
	bool written = !o->json || milter_report_json(r, o->json, stderr);

	milter_report_table(r, stdout);
	return written && milter_voids(r, voids) == 0 ? 0 : 1;
}

static int measure_and_report(const struct milter_options *o, struct milter_results *r,
			      const struct corpus *corpus, const struct corpus *large)
{
	char folder[512];
	struct peer_place place = { .programs = o->programs };
	struct milter_plan plan = { r, corpus, large, &place, &interrupted, stderr };
	int cpus[2];
	bool ok;

	if (!place.programs)
		place.programs = own_folder(folder, sizeof(folder));
	r->pinned = choose_cpus(cpus);
	r->prioritised = raise_priority();
	place.cpu = cpus[1];
	raise_file_limit();
	catch_interrupts();
	if (!peer_place_make(&place, stderr))
		return 1;
	if (r->pinned)
		stay_on(cpus[0]);
	ok = milter_measure(&plan, stderr);
	peer_place_remove(&place);
	return ok ? report(r, o) : 1;
}

static int run(const struct milter_options *o, char **files, size_t n_files)
{
	struct milter_results *r = calloc(1, sizeof(*r));
	struct corpus corpus, large;
	int status = 1;

	if (!r || !make_corpus(o, files, n_files, &corpus)) {
		free(r);
		return 1;
	}
	corpus_generate(o->seed, LARGE_MESSAGES, 1u << 20, &large);
	r->quick = o->quick;
	r->rounds = o->rounds;
	r->seconds = o->milliseconds / 1e3;
	r->seed = o->seed;
	set_loads(r, o);
	status = measure_and_report(o, r, &corpus, &large);
	corpus_free(&large);
	corpus_free(&corpus);
	free(r);
	return status;
}

/* --- options ---------------------------------------------------------------------------------- */

static void print_usage(void)
{
	printf("Usage: exogate-bench milter [OPTION]... [MESSAGE]...\n\n"
	       "Measures exogated beside a floor milter, which answers and checks nothing, and a\n"
	       "filter on libmilter with the same checks.  Sends the messages in the files, or\n"
	       "generated ones as Exchange Online sends them.\n\n"
	       "  -r, --rounds N         rounds of all runs, of which the median counts\n"
	       "                         (default %u)\n"
	       "  -m, --milliseconds N   how long each run is (default 1000)\n"
	       "  -n, --connections N    at once (default %u)\n"
	       "  -b, --body BYTES       of generated messages (default %u)\n"
	       "  -s, --seed N           of generated messages (default 1)\n"
	       "  -e, --expect VERDICT   accept, reject or tempfail: of every message; by\n"
	       "                         default what is right for a generated one, and accept\n"
	       "  -j, --json FILE        write the figures there too\n"
	       "  -q, --quick            a short run that shows that the bench works\n"
	       "      --programs DIR     where exogated and peers/ are (default: where this is)\n"
	       "  -h, --help             print this and exit\n\n"
	       "Exit status: 0 done, 1 failed or void, 2 wrong usage.\n",
	       ROUNDS_DEFAULT, CONNECTIONS_DEFAULT, BODY_DEFAULT);
}

enum {
	OPTION_PROGRAMS = 256
};

static const struct option long_options[] = {
	{ "rounds", required_argument, NULL, 'r' },
	{ "milliseconds", required_argument, NULL, 'm' },
	{ "connections", required_argument, NULL, 'n' },
	{ "body", required_argument, NULL, 'b' },
	{ "seed", required_argument, NULL, 's' },
	{ "expect", required_argument, NULL, 'e' },
	{ "json", required_argument, NULL, 'j' },
	{ "quick", no_argument, NULL, 'q' },
	{ "programs", required_argument, NULL, OPTION_PROGRAMS },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static bool take_expectation(struct milter_options *o)
{
	o->expects = reply_verdict_of(optarg, &o->expect);
	if (!o->expects)
		option_misused("--expect takes accept, reject or tempfail, not", optarg);
	return o->expects;
}

static bool take_option(void *options, int option)
{
	struct milter_options *o = options;

	switch (option) {
	case 'r':
		return option_count("rounds", optarg, MILTER_ROUNDS_MAX, &o->rounds);
	case 'm':
		return option_count("milliseconds", optarg, MILLISECONDS_MAX, &o->milliseconds);
	case 'n':
		return option_count("connections", optarg, CONNECTIONS_MAX, &o->connections);
	case 'b':
		return option_count("body", optarg, CORPUS_BODY_MAX, &o->body_bytes);
	case 's':
		return option_count("seed", optarg, 1u << 31, &o->seed);
	case 'e':
		return take_expectation(o);
	case 'j':
		o->json = optarg;
		return true;
	case 'q':
		o->quick = true;
		o->rounds = 1;
		o->milliseconds = 50;
		return true;
	case OPTION_PROGRAMS:
		o->programs = optarg;
		return true;
	default:
		return false;
	}
}

static const struct option_set option_set = {
	.letters = "r:m:n:b:s:e:j:qh",
	.names = long_options,
	.print_usage = print_usage,
	.take = take_option,
};

int milter_run(int argc, char **argv)
{
	struct milter_options options = {
		.rounds = ROUNDS_DEFAULT,
		.milliseconds = 1000,
		.connections = CONNECTIONS_DEFAULT,
		.body_bytes = BODY_DEFAULT,
		.seed = 1,
	};
	int status;

	if (!option_read(argc, argv, &option_set, &options, &status))
		return status;
	return run(&options, argv + optind, (size_t)(argc - optind));
}
