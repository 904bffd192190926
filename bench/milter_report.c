// SPDX-License-Identifier: Apache-2.0
#include "milter_report.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "milter_targets.h"

#define MEBIBYTE    (1024.0 * 1024.0)
#define MILLISECOND 1e6

static double percentile_ms(const struct milter_cell *cell, double share)
{
	return (double)histogram_percentile_ns(&cell->latency, share) / MILLISECOND;
}

/* --- the table -------------------------------------------------------------------------------- */

static void print_cell(const struct peer *peer, const struct milter_cell *cell, FILE *out)
{
	struct milter_spread cpu = milter_spread_of(cell->cpu_us, cell->n_rounds);
	struct milter_spread rate = milter_spread_of(cell->per_second, cell->n_rounds);
	char range[32], syscalls[16] = "-";

	snprintf(range, sizeof(range), "%.1f-%.1f", cpu.min, cpu.max);
	if (cell->syscalls >= 0)
		snprintf(syscalls, sizeof(syscalls), "%.2f", cell->syscalls);
	fprintf(out, "  %-14s %9.0f %9.1f %15s %9s %8.3f %8.3f %8.3f %7.1f\n", peer->name,
		rate.median, cpu.median, range, syscalls, percentile_ms(cell, 0.5),
		percentile_ms(cell, 0.99), percentile_ms(cell, 0.999),
		(double)cell->rss_peak / MEBIBYTE);
}

static void print_load(const struct milter_results *r, enum milter_load_id id, FILE *out)
{
	const struct milter_load *load = &r->loads[id];

	fprintf(out, "\n%s: %u connections, %u messages each", load->name, load->connections,
		load->messages_per_connection);
	if (load->held)
		fprintf(out, ", %u idle ones", load->held);
	if (load->rate > 0)
		fprintf(out, ", %.0f messages/s", load->rate);
	fprintf(out, ", %zu-byte bodies\n", load->body_bytes);
	fprintf(out, "  %-14s %9s %9s %15s %9s %8s %8s %8s %7s\n", "", "msgs/s", "CPU us", "range",
		"syscalls", "p50 ms", "p99", "p99.9", "MiB");
	for (unsigned int peer = 0; peer < PEER_N; peer++)
		if (milter_load_has(load, peer))
			print_cell(&peers[peer], &r->cells[id][peer], out);
}

static void print_targets(const struct milter_results *r, FILE *out)
{
	struct milter_target targets[MILTER_TARGETS_MAX];
	size_t n = milter_targets(r, targets);

	fprintf(out, "\nTargets%37s %23s %14s\n", "", "median (range)", "target");
	for (size_t i = 0; i < n; i++) {
		const struct milter_target *t = &targets[i];
		char value[64], limit[32];

		snprintf(value, sizeof(value), "%.2f %s (%.2f-%.2f)", t->value.median, t->unit,
			 t->value.min, t->value.max);
		snprintf(limit, sizeof(limit), "%s %g %s", t->at_least ? ">=" : "<=", t->limit,
			 t->unit);
		fprintf(out, "  %s %-52s %24s %11s  %s\n", t->id, t->what, value, limit,
			t->met ? "met" : "MISSED");
	}
}

void milter_report_table(const struct milter_results *r, FILE *out)
{
	char voids[MILTER_VOIDS_MAX][256];
	size_t n = milter_voids(r, voids);

	for (int id = 0; id < MILTER_LOADS_N; id++)
		print_load(r, (enum milter_load_id)id, out);
	print_targets(r, out);
	if (r->quick)
		fprintf(out, "\nquick: a check that the bench works; quote none of it\n");
	if (!r->pinned)
		fprintf(out, "\nnot pinned: driver and milter shared their cores\n");
	if (!r->prioritised)
		fprintf(out,
			"\nnot prioritised: what else the machine did counts too (not root?)\n");
	for (size_t i = 0; i < n; i++)
		fprintf(out, "\nVOID: %s\n", voids[i]);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static json_t *json_of_spread(struct milter_spread s)
{
	return json_pack("{s:f, s:f, s:f}", "median", s.median, "min", s.min, "max", s.max);
}

static json_t *json_of_rounds(const double *values, size_t n)
{
	json_t *spread = json_of_spread(milter_spread_of(values, n)), *rounds = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(rounds, json_real(values[i]));
	json_object_set_new(spread, "rounds", rounds);
	return spread;
}

static json_t *json_of_cell(const struct peer *peer, const struct milter_cell *cell)
{
	json_t *syscalls = cell->syscalls < 0 ? json_null() : json_real(cell->syscalls);

	return json_pack("{s:s, s:I, s:I, s:o, s:o, s:o, s:{s:f, s:f, s:f, s:f}, s:I}", "peer",
			 peer->name, "messages", (json_int_t)cell->messages, "wrong",
			 (json_int_t)cell->wrong, "cpu_us",
			 json_of_rounds(cell->cpu_us, cell->n_rounds), "per_second",
			 json_of_rounds(cell->per_second, cell->n_rounds), "syscalls", syscalls,
			 "latency_ms", "p50", percentile_ms(cell, 0.5), "p99",
			 percentile_ms(cell, 0.99), "p99.9", percentile_ms(cell, 0.999), "max",
			 (double)cell->latency.max_ns / MILLISECOND, "rss_peak_bytes",
			 (json_int_t)cell->rss_peak);
}

static json_t *json_of_load(const struct milter_results *r, enum milter_load_id id)
{
	const struct milter_load *load = &r->loads[id];
	json_t *cells = json_array();

	for (unsigned int peer = 0; peer < PEER_N; peer++)
		if (milter_load_has(load, peer))
			json_array_append_new(cells,
					      json_of_cell(&peers[peer], &r->cells[id][peer]));
	return json_pack("{s:s, s:i, s:i, s:I, s:i, s:f, s:o}", "load", load->name, "connections",
			 (int)load->connections, "messages_per_connection",
			 (int)load->messages_per_connection, "body_bytes",
			 (json_int_t)load->body_bytes, "held", (int)load->held, "rate", load->rate,
			 "peers", cells);
}

static json_t *json_of_targets(const struct milter_results *r)
{
	struct milter_target targets[MILTER_TARGETS_MAX];
	size_t n = milter_targets(r, targets);
	json_t *all = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct milter_target *t = &targets[i];

		json_array_append_new(
			all, json_pack("{s:s, s:s, s:s, s:o, s:f, s:b, s:b}", "id", t->id, "what",
				       t->what, "unit", t->unit, "value", json_of_spread(t->value),
				       "limit", t->limit, "at_least", t->at_least, "met", t->met));
	}
	return all;
}

static json_t *json_of_voids(const struct milter_results *r)
{
	char voids[MILTER_VOIDS_MAX][256];
	size_t n = milter_voids(r, voids);
	json_t *all = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(all, json_string(voids[i]));
	return all;
}

static json_t *json_of_loads(const struct milter_results *r)
{
	json_t *loads = json_array();

	for (int id = 0; id < MILTER_LOADS_N; id++)
		json_array_append_new(loads, json_of_load(r, (enum milter_load_id)id));
	return loads;
}

static json_t *json_of_results(const struct milter_results *r)
{
	json_t *all = json_object();
	struct utsname host;

	uname(&host);
	json_object_set_new(all, "version", json_string(EXOGATE_VERSION));
	json_object_set_new(all, "kernel", json_string(host.release));
	json_object_set_new(all, "cpus", json_integer(sysconf(_SC_NPROCESSORS_ONLN)));
	json_object_set_new(all, "quick", json_boolean(r->quick));
	json_object_set_new(all, "pinned", json_boolean(r->pinned));
	json_object_set_new(all, "prioritised", json_boolean(r->prioritised));
	json_object_set_new(all, "rounds", json_integer(r->rounds));
	json_object_set_new(all, "seconds", json_real(r->seconds));
	json_object_set_new(all, "seed", json_integer((json_int_t)r->seed));
	json_object_set_new(all, "loads", json_of_loads(r));
	json_object_set_new(all, "targets", json_of_targets(r));
	json_object_set_new(all, "void", json_of_voids(r));
	return all;
}

bool milter_report_json(const struct milter_results *results, const char *path, FILE *errors)
{
	json_t *all = json_of_results(results);
	bool ok = all && json_dump_file(all, path, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) == 0;

	if (!ok)
		fprintf(errors, "exogate-bench: cannot write %s: %s\n", path, strerror(errno));
	json_decref(all);
	return ok;
}
