// SPDX-License-Identifier: Apache-2.0
#include "status.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "log_sink.h"

static json_t *integer(uint64_t value)
{
	return json_integer((json_int_t)value);
}

/* Connections that were refused for their number have not been taken in. */
static uint64_t open_connections(const struct counters *sum)
{
	uint64_t closed = 0;

	for (int i = 0; i < CLOSE_N_REASONS; i++)
		if (i != CLOSE_FULL)
			closed += sum->closed[i];
	return sum->connections > closed ? sum->connections - closed : 0;
}

static uint64_t count_messages(const struct counters *sum)
{
	uint64_t n = 0;

	for (int reason = 0; reason < REASON_N; reason++)
		for (int outcome = 0; outcome < COUNTERS_N_OUTCOMES; outcome++)
			n += sum->messages[reason][outcome];
	return n;
}

static json_t *closed_of(const struct counters *sum)
{
	json_t *closed = json_object();

	for (int i = 0; i < CLOSE_N_REASONS; i++)
		if (sum->closed[i])
			json_object_set_new(closed, close_reason_word((enum close_reason)i).p,
					    integer(sum->closed[i]));
	return closed;
}

static json_t *messages_with(const struct counters *sum, enum counters_outcome outcome)
{
	json_t *reasons = json_object();

	for (int i = 0; i < REASON_N; i++)
		if (sum->messages[i][outcome])
			json_object_set_new(reasons, reason_word((enum reason)i).p,
					    integer(sum->messages[i][outcome]));
	return reasons;
}

static json_t *messages_of(const struct counters *sum)
{
	static const char *const words[] = {
		[COUNTERS_ACCEPTED] = "accept",
		[COUNTERS_REJECTED] = "reject",
		[COUNTERS_DEFERRED] = "tempfail",
		[COUNTERS_WOULD_REJECT] = "would_reject",
	};
	json_t *messages = json_pack("{s:o, s:o}", "total", integer(count_messages(sum)), "waited",
				     integer(sum->waits));

	for (int i = 0; i < COUNTERS_N_OUTCOMES; i++)
		json_object_set_new(messages, words[i],
				    messages_with(sum, (enum counters_outcome)i));
	return messages;
}

static json_t *workers_of(const struct status *status)
{
	json_t *workers = json_array();

	for (size_t i = 0; i < status->n_counters; i++) {
		struct counters one;

		counters_sum(&status->counters[i], 1, &one);
		json_array_append_new(workers, json_pack("{s:o, s:o}", "connections",
							 integer(one.connections), "messages",
							 integer(count_messages(&one))));
	}
	return workers;
}

static json_t *policy_of(const struct status *status)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "tenants", integer(status->n_tenants),
			 "domains", integer(status->n_domains), "loaded_s_ago",
			 integer(status->loaded_s_ago), "reloads", integer(status->reloads),
			 "failed_reloads", integer(status->failed_reloads));
}

char *status_json(const struct status *status)
{
	struct counters sum;
	json_t *connections, *root;
	char *text = NULL, *line = NULL;

	counters_sum(status->counters, status->n_counters, &sum);
	connections = json_pack("{s:o, s:o, s:o, s:o}", "open", integer(open_connections(&sum)),
				"limit", integer(status->connections_max), "total",
				integer(sum.connections), "closed", closed_of(&sum));
	root = json_pack("{s:s, s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:{s:o}}", "version",
			 EXOGATE_VERSION, "engine", status->engine, "pid", (int)getpid(),
			 "uptime_s", integer(status->uptime_s), "policy", policy_of(status),
			 "connections", connections, "workers", workers_of(status), "messages",
			 messages_of(&sum), "log", "lost", integer(log_sink_lost()));
	if (root)
		text = json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER);
	json_decref(root);
	if (text && asprintf(&line, "%s\n", text) < 0)
		line = NULL;
	free(text);
	return line;
}
