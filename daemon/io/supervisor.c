// SPDX-License-Identifier: Apache-2.0
#include "supervisor.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "clock.h"
#include "control.h"
#include "log.h"
#include "notify.h"
#include "observed_json.h"
#include "settings_compare.h"
#include "status.h"

/* After which a thread that serves and has not ticked counts as stuck. */
#define STUCK_NS (10 * CLOCK_SECOND_NS)

struct supervisor {
	struct supervisor_start start;
	int signals; /* a signalfd */
	int control; /* -1: none */
	struct listen_file control_file;
	bool said_ready;
	uint64_t started_ns, loaded_ns;
	struct status_policy policy; /* in force */
	uint64_t reloads, failed_reloads;
	struct supervisor_engine engine;
	uint64_t ticks, ticked_ns; /* of the slowest thread: how many, and since when */
	struct pollfd *awaited;	   /* signals, control, and the engine's */
};

#define OWN_FDS 2

/* --- life ------------------------------------------------------------------------------------- */

static void list_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGHUP);
}

static bool acquire(struct supervisor *s, FILE *errors)
{
	const char *control = s->start.settings->control;
	sigset_t signals;

	list_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	s->awaited = calloc(OWN_FDS + s->start.settings->n_listeners + 1, sizeof(*s->awaited));
	s->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (!s->awaited || s->signals < 0) {
		fprintf(errors, "exogated: signalfd: %s\n", strerror(errno));
		return false;
	}
	if (control)
		s->control = control_listen(control, &s->control_file, errors);
	return !control || s->control >= 0;
}

struct supervisor *supervisor_open(const struct supervisor_start *start, FILE *errors)
{
	struct supervisor *s = calloc(1, sizeof(*s));

	if (!s) {
		fprintf(errors, "exogated: not enough memory\n");
		return NULL;
	}
	s->start = *start;
	s->signals = s->control = -1;
	s->started_ns = s->loaded_ns = clock_monotonic_ns();
	s->policy = status_policy_of(start->settings);
	if (acquire(s, errors))
		return s;
	supervisor_close(s);
	return NULL;
}

static void close_control(struct supervisor *s)
{
	if (s->control < 0)
		return;
	listen_remove(s->start.settings->control, &s->control_file);
	close(s->control);
	s->control = -1;
}

void supervisor_close(struct supervisor *s)
{
	if (!s)
		return;
	close_control(s);
	if (s->signals >= 0)
		close(s->signals);
	free(s->awaited);
	free(s);
}

void supervisor_leave(struct supervisor *s)
{
	sigset_t signals;

	close(s->signals);
	if (s->control >= 0)
		close(s->control);
	list_signals(&signals);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
}

void supervisor_watch(struct supervisor *s, const struct supervisor_engine *engine)
{
	s->engine = *engine;
	s->ticked_ns = clock_monotonic_ns();
}

/* --- reloading -------------------------------------------------------------------------------- */

static void warn_of_what_stays(const struct settings *running, const struct settings *wanted,
			       FILE *report)
{
	const char *keys[SETTINGS_COMPARE_KEYS_MAX];
	size_t n = settings_compare(running, wanted, keys);

	for (size_t i = 0; i < n; i++)
		fprintf(report, "%s: a change takes effect at the next start\n", keys[i]);
}

/* Takes the settings over on success. */
static bool put_in_force(struct supervisor *s, struct settings *settings, FILE *report)
{
	if (s->engine.reload && !s->engine.reload(s->engine.server, report))
		return false;
	if (policy_store_replace(s->start.policies, settings))
		return true;
	fprintf(report, "not enough memory\n");
	return false;
}

/* Reports, a line each, errors and what else is to be said. */
static bool load_policy(struct supervisor *s, FILE *report)
{
	struct settings *settings = settings_load_from(s->start.source, report);

	if (!settings)
		return false;
	warn_of_what_stays(s->start.settings, settings, report);
	if (!put_in_force(s, settings, report)) {
		settings_free(settings);
		return false;
	}
	s->policy = status_policy_of(settings);
	s->loaded_ns = clock_monotonic_ns();
	return true;
}

/* JSON is UTF-8, what a file says may be in another encoding: then its bytes are escaped. */
static json_t *line_json(const char *line)
{
	json_t *json = json_string(line);
	char *text = NULL;
	size_t len;
	FILE *out = json ? NULL : open_memstream(&text, &len);

	if (!out)
		return json;
	for (; *line; line++)
		fprintf(out, (unsigned char)*line < 0x80 ? "%c" : "\\x%02x", (unsigned char)*line);
	if (!fclose(out))
		json = json_string(text);
	free(text);
	return json;
}

/* {"ok": BOOL, "lines": [...]}, and the lines to the log. */
static char *report_reload(bool ok, char *report)
{
	json_t *lines = json_array(), *root;
	char *text = NULL, *rest = report;

	for (char *line; (line = strsep(&rest, "\n"));) {
		if (!*line)
			continue;
		log_line("reload: %s", line);
		json_array_append_new(lines, line_json(line));
	}
	log_line(ok ? "reloaded: %s" : "not reloaded, the policy stays as it was: %s",
		 ok ? "new connections are judged by the new policy" : "see above");
	root = json_pack("{s:b, s:o}", "ok", ok, "lines", lines);
	if (root)
		text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	return text;
}

/* What to say to who asked; the caller frees. */
static char *reload(struct supervisor *s)
{
	char *text = NULL, *answer;
	size_t len;
	FILE *report = open_memstream(&text, &len);
	bool ok = false;

	notify_reloading();
	if (report) {
		ok = load_policy(s, report);
		fclose(report);
	}
	*(ok ? &s->reloads : &s->failed_reloads) += 1;
	answer = report_reload(ok, text);
	free(text);
	notify_ready();
	return answer;
}

/* --- the control socket ----------------------------------------------------------------------- */

static char *describe(const struct supervisor *s)
{
	uint64_t now_ns = clock_monotonic_ns();
	const struct status status = {
		.engine = s->engine.name,
		.uptime_s = (now_ns - s->started_ns) / CLOCK_SECOND_NS,
		.connections_max = s->engine.connections,
		.policy = s->policy,
		.loaded_s_ago = (now_ns - s->loaded_ns) / CLOCK_SECOND_NS,
		.reloads = s->reloads,
		.failed_reloads = s->failed_reloads,
		.ledgers = s->engine.ledgers,
		.n_ledgers = s->engine.n_ledgers,
	};

	return status_json(&status);
}

static void serve_control(struct supervisor *s)
{
	char command[CONTROL_COMMAND_MAX], *answer = NULL;
	int client = control_take(s->control, command);

	if (client < 0)
		return;
	if (!strcmp(command, "status"))
		answer = describe(s);
	else if (!strcmp(command, "tenants"))
		answer =
			observed_json(s->engine.ledgers, s->engine.n_ledgers, clock_monotonic_ns());
	else if (!strcmp(command, "reload"))
		answer = reload(s);
	else
		answer = strdup("{\"error\": \"unknown command\"}");
	control_answer(client, answer);
	free(answer);
}

/* --- waiting ---------------------------------------------------------------------------------- */

/* Of a ledger whose thread ticks; others are watched by their engine. */
static uint64_t slowest_ticks(const struct supervisor *s)
{
	uint64_t slowest = UINT64_MAX;

	for (size_t i = 0; i < s->engine.n_ledgers; i++) {
		uint64_t ticks = atomic_load_explicit(&s->engine.ledgers[i].counters.ticks,
						      memory_order_relaxed);

		if (ticks && ticks < slowest)
			slowest = ticks;
	}
	return slowest;
}

static void say_alive(struct supervisor *s)
{
	uint64_t now_ns = clock_monotonic_ns(), ticks = slowest_ticks(s);

	if (ticks != s->ticks || ticks == UINT64_MAX) {
		s->ticks = ticks;
		s->ticked_ns = now_ns;
	}
	if (now_ns - s->ticked_ns < STUCK_NS)
		notify_alive();
}

static void start_waiting(struct supervisor *s)
{
	if (s->said_ready)
		return;
	s->said_ready = true;
	notify_ready();
}

static void wait_for_something(struct supervisor *s, const struct pollfd *fds, size_t n)
{
	int interval_ms = notify_alive_interval_ms();

	s->awaited[0] = (struct pollfd){ .fd = s->signals, .events = POLLIN };
	s->awaited[1] = (struct pollfd){ .fd = s->control, .events = POLLIN };
	if (n)
		memcpy(s->awaited + OWN_FDS, fds, n * sizeof(*fds));
	if (poll(s->awaited, OWN_FDS + n, interval_ms ? interval_ms : -1) < 0)
		for (size_t i = 0; i < OWN_FDS + n; i++)
			s->awaited[i].revents = 0;
	if (interval_ms)
		say_alive(s);
}

/* The number of the signal that came, or 0. */
static uint32_t take_signal(const struct supervisor *s)
{
	struct signalfd_siginfo info;

	return read(s->signals, &info, sizeof(info)) == (ssize_t)sizeof(info) ? info.ssi_signo : 0;
}

static bool engine_is_ready(const struct supervisor *s, struct pollfd *fds, size_t n)
{
	bool ready = false;

	for (size_t i = 0; i < n; i++) {
		fds[i].revents = s->awaited[OWN_FDS + i].revents;
		ready |= fds[i].revents != 0;
	}
	return ready;
}

enum supervisor_event supervisor_wait(struct supervisor *s, struct pollfd *fds, size_t n)
{
	start_waiting(s);
	for (;;) {
		uint32_t number = 0;

		wait_for_something(s, fds, n);
		if (s->awaited[0].revents)
			number = take_signal(s);
		if (number && number != SIGHUP) {
			notify_stopping();
			close_control(s); /* nobody answers there from now on */
			return SUPERVISOR_STOP;
		}
		if (engine_is_ready(s, fds, n))
			return SUPERVISOR_ENGINE;
		if (number == SIGHUP)
			free(reload(s));
		if (s->awaited[1].revents)
			serve_control(s);
	}
}
