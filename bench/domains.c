// SPDX-License-Identifier: Apache-2.0
#include "domains.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "option.h"
#include "rng.h"
#include "settings.h"

#define DOMAINS_RUNS		7
#define DOMAINS_LOOKUPS_DEFAULT 1000000u
#define DOMAINS_LOOKUPS_MAX	100000000u

struct domains_options {
	const char *settings;
	unsigned int lookups; /* in each run */
};

/* Domains that are asked for in turn; their names lie one behind the other. */
struct questions {
	struct span *names;
	char *text;
	size_t n;
};

#define FEW  1000u   /* what a relay hears of in a while: answers come out of the caches */
#define MANY 100000u /* answers come out of memory */

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Bytes of the heap in use, blocks that were mapped by themselves included. */
static double heap_mib(void)
{
	struct mallinfo2 info = mallinfo2();

	return (double)(info.uordblks + info.hblkhd) / (1024 * 1024);
}

static bool names_itself(const struct policy_domain *domain)
{
	return domain && domain->use == POLICY_DOMAIN_TENANT && !domain->subdomains;
}

/* A tenant's domain, drawn evenly; empty if there is none. */
static struct span draw(const struct policy_domain_table *table, struct rng *rng)
{
	size_t slot = (size_t)rng_next(rng);

	for (size_t i = 0; i < table->n_slots; i++, slot++) {
		const struct policy_domain *domain =
			table->slots[slot & (table->n_slots - 1)].domain;

		if (names_itself(domain))
			return domain->name;
	}
	return SPAN("");
}

/* Copies, as a message's own bytes are; unknown ones are as long, in a top-level domain of none. */
static void fill(struct questions *q, size_t n, const struct policy *policy, bool unknown)
{
	struct rng rng = { 1 };
	char *text = q->text;

	for (q->n = 0; q->n < n; q->n++) {
		struct span name = draw(&policy->domains, &rng);

		memcpy(text, name.p, name.len);
		if (unknown && name.len)
			text[name.len - 1] = '_';
		q->names[q->n] = span_of(text, name.len);
		text += name.len;
	}
}

static int compare_doubles(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static size_t ask(const struct policy *policy, const struct questions *q, unsigned int lookups)
{
	size_t found = 0;

	for (unsigned int i = 0; i < lookups; i++)
		found += policy_tenant_of(policy, q->names[i % q->n]) != NULL;
	return found;
}

/* Prints the nanoseconds that one takes; false if an answer is wrong. */
static bool measure(const struct policy *policy, const struct questions *q, unsigned int lookups,
		    bool unknown)
{
	const size_t expected = unknown ? 0 : (size_t)DOMAINS_RUNS * lookups;
	double ns[DOMAINS_RUNS];
	size_t found = 0;

	for (size_t run = 0; run < DOMAINS_RUNS; run++) {
		double start = cpu_seconds();

		found += ask(policy, q, lookups);
		ns[run] = (cpu_seconds() - start) / lookups * 1e9;
	}
	qsort(ns, DOMAINS_RUNS, sizeof(ns[0]), compare_doubles);
	printf("%-7s of %6zu: CPU ns a look-up  min %.1f  median %.1f  max %.1f\n",
	       unknown ? "unknown" : "known", q->n, ns[0], ns[DOMAINS_RUNS / 2],
	       ns[DOMAINS_RUNS - 1]);
	if (found == expected)
		return true;
	fprintf(stderr, "exogate-bench: void: a look-up was answered wrongly\n");
	return false;
}

static bool measure_all(const struct policy *policy, unsigned int lookups)
{
	struct questions q = { .names = calloc(MANY, sizeof(*q.names)),
			       .text = calloc(MANY, DOMAIN_MAX) };
	bool ok = q.names && q.text;

	for (int kind = 0; ok && kind < 4; kind++) {
		bool unknown = kind & 1;

		fill(&q, kind & 2 ? MANY : FEW, policy, unknown);
		ok = measure(policy, &q, lookups, unknown);
	}
	free(q.names);
	free(q.text);
	return ok;
}

static int run(const struct domains_options *options)
{
	double heap = heap_mib(), start = cpu_seconds();
	struct settings *settings = settings_load(options->settings, stderr);
	bool ok;

	if (!settings)
		return EXIT_FAILURE;
	printf("loaded  %zu tenants, %zu domains in %.2f s of CPU, %.1f MiB\n", settings->n_tenants,
	       settings->n_domains, cpu_seconds() - start, heap_mib() - heap);
	ok = measure_all(&settings->policy, options->lookups);
	settings_free(settings);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* --- options ---------------------------------------------------------------------------------- */

static void print_usage(void)
{
	printf("Usage: exogate-bench domains -c FILE [OPTION]...\n\n"
	       "Measures what the policy in FILE costs: CPU time and memory of loading it, and\n"
	       "the CPU time of looking up which tenant has a domain, known or not.\n\n"
	       "  -c, --config FILE      exogated's settings\n"
	       "  -n, --lookups N        look-ups in each of %d runs (default %u)\n"
	       "  -h, --help             print this and exit\n",
	       DOMAINS_RUNS, DOMAINS_LOOKUPS_DEFAULT);
}

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "lookups", required_argument, NULL, 'n' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static bool take_option(void *options, int option)
{
	struct domains_options *o = options;

	switch (option) {
	case 'c':
		o->settings = optarg;
		return true;
	case 'n':
		return option_count("lookups", optarg, DOMAINS_LOOKUPS_MAX, &o->lookups);
	default:
		return false;
	}
}

static const struct option_set option_set = {
	.letters = "c:n:h",
	.names = long_options,
	.print_usage = print_usage,
	.take = take_option,
};

int domains_run(int argc, char **argv)
{
	struct domains_options options = { .lookups = DOMAINS_LOOKUPS_DEFAULT };
	int status;

	if (!option_read(argc, argv, &option_set, &options, &status))
		return status;
	if (optind < argc || !options.settings)
		return option_misused("domains wants", "-c FILE");
	return run(&options);
}
