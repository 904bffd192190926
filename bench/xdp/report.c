// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "log.h"

/* --- the table -------------------------------------------------------------------------------- */

static bool is_measured(const struct figures *f, const struct figures_of *of)
{
	return !isnan(figures_gross(f, of).median);
}

static void print_traffic(const struct figures *f, struct figures_of of)
{
	printf("  %-11s", scene_traffic_names[of.traffic]);
	for (of.subject = 0; of.subject < SUBJECT_N; of.subject++) {
		bool is_floor = of.subject == SUBJECT_FLOOR;
		struct figures_spread gross = figures_gross(f, &of);
		double median = is_floor ? gross.median : figures_net(f, &of).median;
		double least = is_floor ? gross.min : figures_least(f, &of);

		if (is_measured(f, &of))
			printf(" %6.0f %6.0f", least, median);
		else
			printf(" %6s %6s", "-", "-");
	}
	putchar('\n');
}

static void print_list(const struct figures *f, size_t size, uint8_t family)
{
	struct figures_of of = { .size = size, .family = family };

	printf("\n%zu prefixes, IPv%u; ns a packet beyond the floor: least and median\n  %-11s",
	       figures_sizes[size], family, "");
	for (int subject = 0; subject < SUBJECT_N; subject++)
		printf(" %13s", subject_names[subject]);
	putchar('\n');
	for (of.traffic = 0; of.traffic < SCENE_TRAFFIC_N; of.traffic++)
		print_traffic(f, of);
}

static void print_targets(const struct figures *f)
{
	struct figures_target targets[FIGURES_TARGETS_MAX];
	size_t n = figures_targets(f, targets);

	printf("\nTarget P9, ns beyond the floor: least, and (median)\n");
	for (size_t i = 0; i < n; i++) {
		const struct figures_target *t = &targets[i];

		printf("  %6zu prefixes  IPv%u  %-11s %5.0f (%.0f)  at most %.1f  %s\n",
		       figures_sizes[t->of.size], t->of.family, scene_traffic_names[t->of.traffic],
		       t->least, t->median, t->limit, t->met ? "met" : "MISSED");
	}
}

static void print_swap(const struct swap_result *swap)
{
	printf("\nLists exchanged while packets are judged: %llu times, %.1f ms each (most %.1f)\n"
	       "  %llu packets, no wrong verdict (target P11); %.0f ns each, %.0f without\n",
	       (unsigned long long)swap->swaps, swap->swap_ms, swap->swap_max_ms,
	       (unsigned long long)swap->packets, swap->busy_ns, swap->quiet_ns);
}

void report_table(const struct figures *f)
{
	for (size_t size = 0; size < FIGURES_SIZES_N; size++) {
		print_list(f, size, 4);
		print_list(f, size, 6);
	}
	print_targets(f);
	print_swap(&f->swap);
	if (f->quick)
		printf("\nquick: a check that the bench works; quote none of it\n");
	if (!f->pinned)
		printf("\nnot pinned: the figures are of more than one CPU\n");
}

/* --- JSON ------------------------------------------------------------------------------------- */

static json_t *json_of_spread(struct figures_spread s)
{
	return json_pack("{s:f, s:f, s:f, s:f, s:f}", "median", s.median, "min", s.min, "max",
			 s.max, "low", s.low, "high", s.high);
}

static json_t *json_of_figure(const struct figures *f, const struct figures_of *of)
{
	return json_pack("{s:I, s:i, s:s, s:s, s:f, s:o, s:o}", "prefixes",
			 (json_int_t)figures_sizes[of->size], "family", of->family, "traffic",
			 scene_traffic_names[of->traffic], "subject", subject_names[of->subject],
			 "least", figures_least(f, of), "ns", json_of_spread(figures_gross(f, of)),
			 "net", json_of_spread(figures_net(f, of)));
}

static json_t *json_of_figures(const struct figures *f)
{
	json_t *all = json_array();
	const size_t n = (size_t)FIGURES_SIZES_N * FIGURES_FAMILIES_N * SCENE_TRAFFIC_N * SUBJECT_N;

	for (size_t i = 0; i < n; i++) {
		const struct figures_of of = {
			.subject = i % SUBJECT_N,
			.traffic = i / SUBJECT_N % SCENE_TRAFFIC_N,
			.family = i / SUBJECT_N / SCENE_TRAFFIC_N % FIGURES_FAMILIES_N ? 6 : 4,
			.size = i / SUBJECT_N / SCENE_TRAFFIC_N / FIGURES_FAMILIES_N,
		};

		if (is_measured(f, &of))
			json_array_append_new(all, json_of_figure(f, &of));
	}
	return all;
}

static json_t *json_of_targets(const struct figures *f)
{
	struct figures_target targets[FIGURES_TARGETS_MAX];
	size_t n = figures_targets(f, targets);
	json_t *all = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct figures_target *t = &targets[i];

		json_array_append_new(
			all, json_pack("{s:s, s:I, s:i, s:s, s:f, s:f, s:f, s:b}", "id", "P9",
				       "prefixes", (json_int_t)figures_sizes[t->of.size], "family",
				       t->of.family, "traffic", scene_traffic_names[t->of.traffic],
				       "least", t->least, "median", t->median, "limit", t->limit,
				       "met", t->met));
	}
	return all;
}

static json_t *json_of_swap(const struct swap_result *swap)
{
	return json_pack("{s:I, s:I, s:f, s:f, s:f, s:f}", "swaps", (json_int_t)swap->swaps,
			 "packets", (json_int_t)swap->packets, "swap_ms", swap->swap_ms,
			 "swap_max_ms", swap->swap_max_ms, "quiet_ns", swap->quiet_ns, "busy_ns",
			 swap->busy_ns);
}

int report_json(const struct figures *f, const char *path)
{
	struct utsname host;
	json_t *all;
	int status;

	uname(&host);
	all = json_pack("{s:s, s:s, s:i, s:b, s:b, s:i, s:o, s:o, s:o}", "version", EXOGATE_VERSION,
			"kernel", host.release, "cpus", (int)sysconf(_SC_NPROCESSORS_ONLN), "quick",
			f->quick, "pinned", f->pinned, "rounds", (int)f->rounds, "figures",
			json_of_figures(f), "targets", json_of_targets(f), "swap",
			json_of_swap(&f->swap));
	status = all ? json_dump_file(all, path, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) : -1;
	json_decref(all);
	return status ? log_errno("cannot write %s", path) : 0;
}
