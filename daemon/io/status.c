// SPDX-License-Identifier: Apache-2.0
#include "status.h"

#include <unistd.h>

#include "json_line.h"
#include "log_sink.h"

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
					    json_number(sum->closed[i]));
	return closed;
}

static json_t *messages_with(const struct counters *sum, enum counters_outcome outcome)
{
	json_t *reasons = json_object();

	for (int i = 0; i < REASON_N; i++)
		if (sum->messages[i][outcome])
			json_object_set_new(reasons, reason_word((enum reason)i).p,
					    json_number(sum->messages[i][outcome]));
	return reasons;
}

static json_t *messages_of(const struct counters *sum)
{
	json_t *messages = json_pack("{s:o, s:o, s:o}", "total", json_number(count_messages(sum)),
				     "waited", json_number(sum->waits), "monitored",
				     json_number(sum->monitored));

	for (int i = 0; i < COUNTERS_N_OUTCOMES; i++)
		json_object_set_new(messages, counters_outcome_word((enum counters_outcome)i),
				    messages_with(sum, (enum counters_outcome)i));
	return messages;
}

static json_t *alarms_of(const struct counters *sum)
{
	json_t *alarms = json_object();

	for (int i = 0; i < ALARM_N; i++)
		json_object_set_new(alarms, alarm_word((enum alarm)i).p,
				    json_number(sum->alarms[i]));
	return alarms;
}

static json_t *dns_of(const struct counters *sum)
{
	json_t *dns = json_object();

	for (int i = 0; i < DNS_N_STATUSES; i++)
		json_object_set_new(dns, dns_status_word((enum dns_status)i),
				    json_number(sum->dns[i]));
	return dns;
}

static json_t *workers_of(const struct status *status)
{
	json_t *workers = json_array();

	for (size_t i = 0; i < status->n_ledgers; i++) {
		struct counters one;

		ledger_sum(&status->ledgers[i], 1, &one);
		json_array_append_new(workers, json_pack("{s:o, s:o}", "connections",
							 json_number(one.connections), "messages",
							 json_number(count_messages(&one))));
	}
	return workers;
}

struct status_policy status_policy_of(const struct settings *settings)
{
	struct status_policy policy = {
		.mode = settings->policy.mode,
		.n_tenants = settings->n_tenants,
		.n_domains = settings->n_domains,
		.n_microsoft_prefixes = settings->policy.microsoft.n,
	};

	for (size_t i = 0; i < settings->n_tenants; i++)
		policy.n_monitored += settings->tenants[i].mode == POLICY_MONITOR;
	return policy;
}

static json_t *policy_of(const struct status *status)
{
	const struct status_policy *policy = &status->policy;

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "mode",
			 policy_mode_word(policy->mode), "tenants", json_number(policy->n_tenants),
			 "monitored", json_number(policy->n_monitored), "domains",
			 json_number(policy->n_domains), "microsoft_prefixes",
			 json_number(policy->n_microsoft_prefixes), "loaded_s_ago",
			 json_number(status->loaded_s_ago), "reloads", json_number(status->reloads),
			 "failed_reloads", json_number(status->failed_reloads));
}

char *status_json(const struct status *status)
{
	struct counters sum;
	json_t *connections, *root;

	ledger_sum(status->ledgers, status->n_ledgers, &sum);
	connections = json_pack("{s:o, s:o, s:o, s:o}", "open", json_number(open_connections(&sum)),
				"limit", json_number(status->connections_max), "total",
				json_number(sum.connections), "closed", closed_of(&sum));
	root = json_pack("{s:s, s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:{s:o}}", "version",
			 EXOGATE_VERSION, "engine", status->engine, "pid", (int)getpid(),
			 "uptime_s", json_number(status->uptime_s), "policy", policy_of(status),
			 "connections", connections, "workers", workers_of(status), "messages",
			 messages_of(&sum), "dns", dns_of(&sum), "alarms", alarms_of(&sum), "log",
			 "lost", json_number(log_sink_lost()));
	return json_line(root);
}
