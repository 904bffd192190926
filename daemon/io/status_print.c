// SPDX-License-Identifier: Apache-2.0
#include "status_print.h"

#include <inttypes.h>
#include <stdio.h>

static int64_t number(const json_t *object, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(object, key));
}

void status_print_counts(const char *title, json_t *object)
{
	const char *separator = "";
	const char *key;
	json_t *value;

	printf("  %-13s", title);
	json_object_foreach(object, key, value)
	{
		if (json_integer_value(value) == 0)
			continue;
		printf("%s%" PRId64 " %s", separator, (int64_t)json_integer_value(value), key);
		separator = ", ";
	}
	puts(*separator ? "" : "none");
}

void status_print_answers(const json_t *object)
{
	status_print_counts("accept", json_object_get(object, "accept"));
	status_print_counts("reject", json_object_get(object, "reject"));
	status_print_counts("tempfail", json_object_get(object, "tempfail"));
	status_print_counts("hold", json_object_get(object, "hold"));
	status_print_counts("would reject", json_object_get(object, "would_reject"));
}

static void print_workers(const json_t *workers)
{
	for (size_t i = 0; i < json_array_size(workers); i++) {
		const json_t *worker = json_array_get(workers, i);

		printf("  worker %-6zu%" PRId64 " connections, %" PRId64 " messages\n", i,
		       number(worker, "connections"), number(worker, "messages"));
	}
}

static void print_policy(const json_t *policy)
{
	printf("policy: mode %s; tenants: %" PRId64 ", of which %" PRId64
	       " in monitor mode; domains: %" PRId64 "; Microsoft's prefixes: %" PRId64
	       "; read %" PRId64 " s ago (%" PRId64 " reloads, %" PRId64 " that failed)\n",
	       json_string_value(json_object_get(policy, "mode")), number(policy, "tenants"),
	       number(policy, "monitored"), number(policy, "domains"),
	       number(policy, "microsoft_prefixes"), number(policy, "loaded_s_ago"),
	       number(policy, "reloads"), number(policy, "failed_reloads"));
}

void status_print(json_t *root)
{
	const json_t *connections = json_object_get(root, "connections");
	const json_t *messages = json_object_get(root, "messages");

	printf("exogated %s, pid %" PRId64 ", serves with %s for %" PRId64 " s\n",
	       json_string_value(json_object_get(root, "version")), number(root, "pid"),
	       json_string_value(json_object_get(root, "engine")), number(root, "uptime_s"));
	print_policy(json_object_get(root, "policy"));
	printf("connections: %" PRId64 " open of %" PRId64 ", %" PRId64 " since the start\n",
	       number(connections, "open"), number(connections, "limit"),
	       number(connections, "total"));
	status_print_counts("closed", json_object_get(connections, "closed"));
	print_workers(json_object_get(root, "workers"));
	printf("messages: %" PRId64 ", of which %" PRId64 " waited for memory, %" PRId64
	       " judged in monitor mode\n",
	       number(messages, "total"), number(messages, "waited"),
	       number(messages, "monitored"));
	status_print_answers(messages);
	status_print_counts("dns", json_object_get(root, "dns"));
	status_print_counts("alarms", json_object_get(root, "alarms"));
	printf("log: %" PRId64 " lines lost\n", number(json_object_get(root, "log"), "lost"));
}
