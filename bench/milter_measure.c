// SPDX-License-Identifier: Apache-2.0
#include "milter_measure.h"

#include <string.h>
#include <unistd.h>

#include "driver.h"
#include "scene.h"

#define NANOSECONDS   1e9
#define WARM_UP_SHARE 0.2 /* of the time that is measured */

/* How fast messages come to a milter that counts as unloaded. */
#define UNLOADED_PER_SECOND 1000.0

static const struct stream_envelope envelope = {
	.client = SCENE_CLIENT,
	.certificate = SCENE_CERTIFICATE,
	.rcpt = SCENE_RCPT,
};

/* What one run of a load on a peer gives. */
struct sample {
	struct driver_result driven;
	uint64_t cpu_ns;
	uint64_t syscalls;
	uint64_t rss_peak;
};

static struct driver_options driver_options_of(const struct milter_plan *plan,
					       enum milter_load_id load, const struct peer *peer)
{
	const struct milter_load *l = &plan->results->loads[load];

	return (struct driver_options){
		.name = peer->name,
		.socket = plan->place->socket,
		.corpus = load == MILTER_LARGE ? plan->large : plan->corpus,
		.envelope = &envelope,
		.judges = peer->judges,
		.connections = l->connections,
		.held = l->held,
		.messages_per_connection = l->messages_per_connection,
		.interrupt = plan->interrupt,
	};
}

/* Warms up, then measures what the process takes while the driver sends. */
static bool drive(struct driver *driver, const struct process *process, double seconds, double rate,
		  struct sample *out, FILE *errors)
{
	uint64_t warm_ns = (uint64_t)(seconds * WARM_UP_SHARE * NANOSECONDS);

	if (!driver_run(driver, warm_ns, rate, &out->driven, errors))
		return false;
	process_forget_log(process);
	out->cpu_ns = process_cpu_ns(process);
	out->syscalls = process_syscalls(process);
	if (!driver_run(driver, (uint64_t)(seconds * NANOSECONDS), rate, &out->driven, errors))
		return false;
	out->cpu_ns = process_cpu_ns(process) - out->cpu_ns;
	out->syscalls = process_syscalls(process) - out->syscalls;
	out->rss_peak = process_rss_peak(process);
	if (out->driven.messages)
		return true;
	fprintf(errors, "exogate-bench: no message in %.2f s: raise --seconds\n", seconds);
	return false;
}

static bool run_load(const struct milter_plan *plan, enum milter_load_id load, enum peer_id id,
		     bool count_syscalls, struct sample *out, FILE *errors)
{
	const struct peer *peer = &peers[id];
	const struct driver_options options = driver_options_of(plan, load, peer);
	struct driver *driver;
	struct process process;
	bool ok;

	if (!peer_start(peer, plan->place, count_syscalls, &process, errors))
		return false;
	driver = driver_open(&options, errors);
	ok = driver && drive(driver, &process, plan->results->seconds,
			     plan->results->loads[load].rate, out, errors);
	driver_close(driver);
	return peer_end(peer, plan->place, &process, errors) && ok;
}

static void take_sample(struct milter_cell *cell, const struct sample *s)
{
	const struct driver_result *d = &s->driven;
	size_t round = cell->n_rounds++;

	cell->cpu_us[round] = (double)s->cpu_ns / 1e3 / (double)d->messages;
	cell->per_second[round] = (double)d->messages / ((double)d->wall_ns / NANOSECONDS);
	cell->p99_ms[round] = (double)histogram_percentile_ns(&d->latency, 0.99) / 1e6;
	cell->p999_ms[round] = (double)histogram_percentile_ns(&d->latency, 0.999) / 1e6;
	cell->messages += d->messages;
	if (d->wrong && !cell->wrong)
		memcpy(cell->first_wrong, d->first_wrong, sizeof(cell->first_wrong));
	cell->wrong += d->wrong;
	if (s->rss_peak > cell->rss_peak)
		cell->rss_peak = s->rss_peak;
	histogram_merge(&cell->latency, &d->latency);
}

/* --- the order of the runs -------------------------------------------------------------------- */

static void say(const struct milter_plan *plan, const char *what, unsigned int round,
		const char *peer)
{
	bool terminal = plan->progress && isatty(fileno(plan->progress));

	if (terminal)
		fprintf(plan->progress, "\r\033[Kround %u of %u: %s, %s", round + 1,
			plan->results->rounds, what, peer);
	if (terminal)
		fflush(plan->progress);
}

static bool measure_once(const struct milter_plan *plan, enum milter_load_id load,
			 enum peer_id peer, unsigned int round, FILE *errors)
{
	struct milter_results *r = plan->results;
	struct sample sample;

	say(plan, r->loads[load].name, round, peers[peer].name);
	if (!run_load(plan, load, peer, false, &sample, errors))
		return false;
	take_sample(&r->cells[load][peer], &sample);
	return true;
}

/* Half of what exogated has shown in this run, so that the pace is the machine's own. */
static void set_paces(struct milter_results *r)
{
	const struct milter_cell *cell = &r->cells[MILTER_K100][PEER_EXOGATED];

	r->loads[MILTER_PACED].rate = milter_spread_of(cell->per_second, cell->n_rounds).median / 2;
	r->loads[MILTER_UNLOADED].rate = UNLOADED_PER_SECOND;
}

/* All take turns, each round beginning with another. */
static bool measure_round(const struct milter_plan *plan, unsigned int round, FILE *errors)
{
	struct milter_results *r = plan->results;

	for (int load = MILTER_K100; load <= MILTER_UNLOADED; load++) {
		if (load == MILTER_PACED && round == 0)
			set_paces(r);
		for (unsigned int i = 0; i < PEER_N; i++) {
			unsigned int peer = (i + round) % PEER_N;

			if (milter_load_has(&r->loads[load], peer) &&
			    !measure_once(plan, (enum milter_load_id)load, (enum peer_id)peer,
					  round, errors))
				return false;
		}
	}
	return true;
}

/* Memory does not depend on what else the machine does: once is enough. */
static bool measure_memory(const struct milter_plan *plan, FILE *errors)
{
	return measure_once(plan, MILTER_IDLE, PEER_EXOGATED, 0, errors) &&
	       measure_once(plan, MILTER_LARGE, PEER_EXOGATED, 0, errors);
}

/* In runs of their own, since counting makes system calls dearer. */
static bool count_syscalls(const struct milter_plan *plan, FILE *errors)
{
	struct milter_results *r = plan->results;
	struct sample sample;

	for (int load = MILTER_K100; load <= MILTER_K1; load++) {
		for (int peer = 0; peer < PEER_N; peer++) {
			say(plan, "system calls", 0, peers[peer].name);
			if (!run_load(plan, (enum milter_load_id)load, (enum peer_id)peer, true,
				      &sample, errors))
				return false;
			r->cells[load][peer].syscalls =
				(double)sample.syscalls / (double)sample.driven.messages;
		}
	}
	return true;
}

bool milter_measure(const struct milter_plan *plan, FILE *errors)
{
	bool ok = true;

	for (int load = 0; load < MILTER_LOADS_N; load++)
		for (int peer = 0; peer < PEER_N; peer++)
			plan->results->cells[load][peer].syscalls = -1;
	for (unsigned int round = 0; ok && round < plan->results->rounds; round++)
		ok = measure_round(plan, round, errors);
	ok = ok && measure_memory(plan, errors) && count_syscalls(plan, errors);
	if (plan->progress && isatty(fileno(plan->progress)))
		fprintf(plan->progress, "\r\033[K");
	return ok;
}
