// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include "attached.h"
#include "confirm.h"
#include "counters.h"
#include "instance.h"
#include "json_text.h"
#include "log.h"
#include "protect.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define SECONDS_PER_DAY	 UINT64_C(86400)
#define SECONDS_PER_HOUR UINT64_C(3600)

/* All about one pinned link. */
struct report {
	const struct attached *attached;
	const struct held *held; /* the attached one's */
	/* if it is readable */
	struct exogate_origin origin;
	struct counters counters;
	bool pending; /* it waits for confirmation */
	unsigned confirm_s;
	time_t now;
};

static const char *const states[] = {
	[HELD_ATTACHED] = "attached",
	[HELD_ELSEWHERE] = "elsewhere",
	[HELD_SEVERED] = "severed",
	[HELD_LEFT] = "left",
};

static const char *const maps[HELD_MAP_N] = {
	[HELD_LISTS] = "lists",	  [HELD_TRIES4] = "tries4",   [HELD_TRIES6] = "tries6",
	[HELD_CPUS] = "counters", [HELD_DROPS] = "drops",     [HELD_EVENTS] = "events",
	[HELD_CONFIG] = "config", [HELD_PENDING] = "pending",
};

static const char *mode_name(const struct report *report)
{
	return report->held->device.generic ? "generic" : "native";
}

static uint64_t age_s(const struct report *report)
{
	uint64_t now = (uint64_t)report->now;

	return now > report->origin.file_s ? now - report->origin.file_s : 0;
}

/* --- text ------------------------------------------------------------------------------------- */

static void print_age(uint64_t seconds)
{
	if (seconds >= 2 * SECONDS_PER_DAY)
		printf("%" PRIu64 " days old", seconds / SECONDS_PER_DAY);
	else
		printf("%" PRIu64 " hours old", seconds / SECONDS_PER_HOUR);
}

static void print_counters(const struct report *report)
{
	bool monitor = report->held->config.monitor;

	printf("  %-16s %-7s %15s %18s", "reason", "verdict", "packets", "bytes");
	if (monitor)
		printf(" %15s", "would be dropped");
	puts("  meaning");
	for (int i = 0; i < EXOGATE_REASON_N; i++) {
		printf("  %-16s %-7s %15llu %18llu", counters_reasons[i].name, counters_verdict(i),
		       (unsigned long long)report->counters.decided[i].packets,
		       (unsigned long long)report->counters.decided[i].bytes);
		if (monitor)
			printf(" %16llu",
			       (unsigned long long)report->counters.monitored[i].packets);
		printf("  %s\n", counters_reasons[i].meaning);
	}
}

static void print_list(const struct report *report)
{
	const struct exogate_origin *origin = &report->origin;
	char version[LIST_VERSION_SIZE];

	printf("  list version %s, %s, ", list_version_text(origin, version),
	       instance_name(origin->instance));
	print_age(age_s(report));
	printf(", from %s\n  prefixes", origin->file);
	for (unsigned i = EXOGATE_SOURCE_MICROSOFT; i < EXOGATE_SOURCE_N; i++)
		printf(" %s %u", list_source_name(i), origin->counts[i]);
	putchar('\n');
}

static void print_protected(const struct report *report)
{
	const struct exogate_config *config = &report->held->config;
	char text[PROTECT_TEXT_SIZE];

	printf("  protects");
	for (__u32 i = 0; i < config->protected_n; i++)
		printf(" %s", protect_format(&config->protected[i], text));
	if (config->monitor)
		printf("; monitor only: nothing is dropped");
	if (report->pending && report->confirm_s)
		printf("; undone in %u s unless confirmed", report->confirm_s);
	else if (report->pending)
		printf("; to be confirmed, and overdue: the processes that wait are gone");
	putchar('\n');
}

static void print_report(const struct report *report)
{
	const struct held *held = report->held;

	printf("%s: %s", report->attached->interface, states[held->state]);
	if (held->state == HELD_ATTACHED)
		printf(" in %s mode%s, ifindex %u", mode_name(report),
		       held->joined ? ", in libxdp's dispatcher" : "", held->device.ifindex);
	printf(", program %u (%s)\n", held->program, held->program_name);
	printf("  pinned at %s, ABI version %u\n", report->attached->pin, held->config.abi);
	if (!held->readable) {
		printf("  ABI version %u is not %d: attach again to replace the program\n",
		       held->config.abi, EXOGATE_ABI_VERSION);
		return;
	}
	printf("  maps");
	for (int i = 0; i < HELD_MAP_N; i++)
		printf(" %s %u", maps[i], held->map_ids[i]);
	putchar('\n');
	print_protected(report);
	print_list(report);
	print_counters(report);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static json_t *json_maps(const struct report *report)
{
	json_t *object = json_object();

	for (int i = 0; i < HELD_MAP_N; i++)
		if (report->held->maps[i] >= 0)
			json_object_set_new(object, maps[i],
					    json_integer(report->held->map_ids[i]));
	return object;
}

static json_t *json_prefixes(const struct report *report)
{
	json_t *object = json_object();

	for (unsigned i = EXOGATE_SOURCE_MICROSOFT; i < EXOGATE_SOURCE_N; i++)
		json_object_set_new(object, list_source_name(i),
				    json_integer(report->origin.counts[i]));
	return object;
}

static json_t *json_counters(const struct report *report)
{
	json_t *object = json_object();

	for (int i = 0; i < EXOGATE_REASON_N; i++) {
		const struct exogate_counter *decided = &report->counters.decided[i];
		const struct exogate_counter *monitored = &report->counters.monitored[i];

		json_object_set_new(object, counters_reasons[i].name,
				    json_pack("{s:s,s:I,s:I,s:{s:I,s:I}}", "verdict",
					      counters_verdict(i), "packets",
					      (json_int_t)decided->packets, "bytes",
					      (json_int_t)decided->bytes, "monitored", "packets",
					      (json_int_t)monitored->packets, "bytes",
					      (json_int_t)monitored->bytes));
	}
	return object;
}

static json_t *json_protected(const struct report *report)
{
	const struct exogate_config *config = &report->held->config;
	char text[PROTECT_TEXT_SIZE];
	json_t *array = json_array();

	for (__u32 i = 0; i < config->protected_n; i++)
		json_array_append_new(array,
				      json_string(protect_format(&config->protected[i], text)));
	return array;
}

static json_t *json_list(const struct report *report)
{
	const struct exogate_origin *origin = &report->origin;
	char version[LIST_VERSION_SIZE];

	return json_pack("{s:s,s:s,s:o,s:I,s:I}", "version", list_version_text(origin, version),
			 "instance", instance_name(origin->instance), "file",
			 json_text(origin->file), "file_time", (json_int_t)origin->file_s,
			 "applied", (json_int_t)origin->applied_s);
}

/* What is known of a program of this version alone. */
static void add_readable(const struct report *report, json_t *object)
{
	bool readable = report->held->readable;

	json_object_set_new(object, "monitor",
			    readable ? json_boolean(report->held->config.monitor) : json_null());
	json_object_set_new(object, "protected", readable ? json_protected(report) : json_null());
	json_object_set_new(object, "confirm_s",
			    report->pending ? json_integer(report->confirm_s) : json_null());
	json_object_set_new(object, "list", readable ? json_list(report) : json_null());
	json_object_set_new(object, "prefixes", readable ? json_prefixes(report) : json_null());
	json_object_set_new(object, "counters", readable ? json_counters(report) : json_null());
}

static json_t *json_report(const struct report *report)
{
	const struct held *held = report->held;
	bool attached = held->state == HELD_ATTACHED;
	json_t *object;

	object = json_pack("{s:o,s:o,s:o,s:s,s:o,s:b,s:{s:I,s:s},s:o,s:I}", "interface",
			   json_text(report->attached->interface), "pin",
			   json_text(report->attached->pin), "ifindex",
			   attached ? json_integer(held->device.ifindex) : json_null(), "state",
			   states[held->state], "mode",
			   attached ? json_string(mode_name(report)) : json_null(), "dispatcher",
			   held->joined, "program", "id", (json_int_t)held->program, "name",
			   held->program_name, "maps", json_maps(report), "abi",
			   (json_int_t)held->config.abi);
	if (object)
		add_readable(report, object);
	return object;
}

/* --- collecting ------------------------------------------------------------------------------- */

static int read_maps(struct report *report)
{
	struct list_slots slots = held_slots(report->held);

	if (!report->held->readable)
		return 0;
	report->pending = confirm_is_pending(report->held);
	report->confirm_s = confirm_remaining_s(report->held);
	report->now = time(NULL);
	return list_maps_origin(&slots, &report->origin) ||
			       counters_read(report->held->maps[HELD_CPUS], &report->counters) ?
		       -1 :
		       0;
}

/* To the array or, without one, as text. */
static int report_one(const struct attached *attached, json_t *array)
{
	struct report report = { .attached = attached, .held = &attached->held };

	if (read_maps(&report))
		return -1;
	if (!array)
		print_report(&report);
	else if (json_array_append_new(array, json_report(&report)))
		return log_error("%s: cannot be reported as JSON", attached->pin);
	return 0;
}

int report_run(const struct options *options)
{
	json_t *array = NULL;
	struct attached_set set;
	int status;

	if (pins_check(options->bpffs))
		return -1;
	status = attached_open(options->bpffs, &set);
	if (options->json)
		array = json_array();
	for (size_t i = 0; i < set.n; i++)
		status |= report_one(&set.items[i], array);
	if (array)
		json_print(json_pack("{s:i,s:o}", "abi", EXOGATE_ABI_VERSION, "interfaces", array));
	else if (set.n == 0 && status == 0)
		printf("no interface is attached under %s\n", options->bpffs);
	attached_close(&set);
	return status;
}
