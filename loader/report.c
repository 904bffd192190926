// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include "held.h"
#include "log.h"
#include "maps.h"
#include "pins.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All about one pinned link. */
struct report {
	char interface[IF_NAMESIZE]; /* the present name, that of the pin if there is none */
	char pin[PATH_MAX];
	struct held held;
	bool readable; /* its maps are of our ABI version, so that what follows is known */
	__u64 prefixes[PREFIX_SOURCE_N];
	struct exogate_counter counters[EXOGATE_REASON_N];
};

#define REASON_ROW(id, name, verdict, meaning) { name, meaning },
static const struct {
	const char *name;
	const char *meaning;
} reasons[EXOGATE_REASON_N] = { EXOGATE_REASONS(REASON_ROW) };
#undef REASON_ROW

static const char *const sources[PREFIX_SOURCE_N] = {
	[PREFIX_MICROSOFT] = "microsoft",
	[PREFIX_OPERATOR] = "operator",
	[PREFIX_RELAY_POOL] = "relay-pool",
};

static const char *const states[] = {
	[HELD_ATTACHED] = "attached",
	[HELD_ELSEWHERE] = "elsewhere",
	[HELD_SEVERED] = "severed",
};

static const char *const maps[HELD_MAP_N] = {
	[HELD_ACL4] = "acl4",
	[HELD_ACL6] = "acl6",
	[HELD_COUNTERS] = "counters",
	[HELD_CONFIG] = "config",
};

static const char *verdict_name(int reason)
{
	return exogate_verdict((enum exogate_reason)reason) == XDP_DROP ? "drop" : "pass";
}

static const char *mode_name(const struct report *report)
{
	return report->held.device.generic ? "generic" : "native";
}

/* --- text ------------------------------------------------------------------------------------- */

static void print_counters(const struct report *report)
{
	printf("  %-16s %-7s %15s %18s  meaning\n", "reason", "verdict", "packets", "bytes");
	for (int i = 0; i < EXOGATE_REASON_N; i++)
		printf("  %-16s %-7s %15llu %18llu  %s\n", reasons[i].name, verdict_name(i),
		       (unsigned long long)report->counters[i].packets,
		       (unsigned long long)report->counters[i].bytes, reasons[i].meaning);
}

static void print_report(const struct report *report)
{
	const struct held *held = &report->held;

	printf("%s: %s", report->interface, states[held->state]);
	if (held->state == HELD_ATTACHED)
		printf(" in %s mode, ifindex %u", mode_name(report), held->device.ifindex);
	printf(", program %u (%s)\n", held->program, held->program_name);
	printf("  TCP port %u, ABI version %u, maps", held->config.port, held->config.abi);
	for (int i = 0; i < HELD_MAP_N; i++)
		printf(" %s %u", maps[i], held->map_ids[i]);
	printf("\n  pinned at %s\n", report->pin);
	if (!report->readable) {
		printf("  ABI version %u is not %d: attach again to replace the program\n",
		       held->config.abi, EXOGATE_ABI_VERSION);
		return;
	}
	printf("  prefixes");
	for (int i = 0; i < PREFIX_SOURCE_N; i++)
		printf(" %s %llu", sources[i], (unsigned long long)report->prefixes[i]);
	putchar('\n');
	print_counters(report);
}

/* --- JSON ------------------------------------------------------------------------------------- */

/* JSON is UTF-8, but the kernel takes nearly any bytes for a name: those are written \xHH. */
static json_t *json_text(const char *text)
{
	char escaped[4 * PATH_MAX], *out = escaped;
	json_t *string = json_string(text);

	if (string)
		return string;
	for (; *text; text++) {
		if (*text >= ' ' && *text <= '~')
			*out++ = *text;
		else
			out += sprintf(out, "\\x%02x", (unsigned char)*text);
	}
	return json_stringn(escaped, (size_t)(out - escaped));
}

static json_t *json_maps(const struct report *report)
{
	json_t *object = json_object();

	for (int i = 0; i < HELD_MAP_N; i++)
		json_object_set_new(object, maps[i], json_integer(report->held.map_ids[i]));
	return object;
}

static json_t *json_prefixes(const struct report *report)
{
	json_t *object;

	if (!report->readable)
		return json_null();
	object = json_object();
	for (int i = 0; i < PREFIX_SOURCE_N; i++)
		json_object_set_new(object, sources[i],
				    json_integer((json_int_t)report->prefixes[i]));
	return object;
}

static json_t *json_counters(const struct report *report)
{
	json_t *object;

	if (!report->readable)
		return json_null();
	object = json_object();
	for (int i = 0; i < EXOGATE_REASON_N; i++)
		json_object_set_new(object, reasons[i].name,
				    json_pack("{s:s,s:I,s:I}", "verdict", verdict_name(i),
					      "packets", (json_int_t)report->counters[i].packets,
					      "bytes", (json_int_t)report->counters[i].bytes));
	return object;
}

static json_t *json_report(const struct report *report)
{
	const struct held *held = &report->held;
	bool attached = held->state == HELD_ATTACHED;

	return json_pack("{s:o,s:o,s:o,s:s,s:o,s:{s:I,s:s},s:o,s:I,s:I,s:o,s:o}", "interface",
			 json_text(report->interface), "pin", json_text(report->pin), "ifindex",
			 attached ? json_integer(held->device.ifindex) : json_null(), "state",
			 states[held->state], "mode",
			 attached ? json_string(mode_name(report)) : json_null(), "program", "id",
			 (json_int_t)held->program, "name", held->program_name, "maps",
			 json_maps(report), "abi", (json_int_t)held->config.abi, "port",
			 (json_int_t)held->config.port, "prefixes", json_prefixes(report),
			 "counters", json_counters(report));
}

/* --- collecting ------------------------------------------------------------------------------- */

static int read_maps(struct report *report)
{
	const int *fds = report->held.maps;

	report->readable = report->held.config.abi == EXOGATE_ABI_VERSION;
	if (!report->readable)
		return 0;
	if (maps_count(fds[HELD_ACL4], report->prefixes) ||
	    maps_count(fds[HELD_ACL6], report->prefixes))
		return -1;
	return maps_read_counters(fds[HELD_COUNTERS], report->counters);
}

/* Reports on one file, if it is a link of ours, to the array or as text.  Returns how many it
 * reported on, or -1. */
static int report_file(const char *dir, const char *file, json_t *array)
{
	struct report report = { 0 };
	int n = 0;

	pins_interface(file, report.interface);
	if (pins_path(dir, report.interface, report.pin) || held_open(report.pin, &report.held))
		return -1;
	if (report.held.state == HELD_ATTACHED)
		if_indextoname(report.held.device.ifindex, report.interface);
	if (report.held.state != HELD_ABSENT && report.held.state != HELD_FOREIGN)
		n = read_maps(&report) ? -1 : 1;
	if (n > 0 && !array)
		print_report(&report);
	else if (n > 0 && json_array_append_new(array, json_report(&report)))
		n = log_error("%s: cannot be reported as JSON", report.pin);
	held_close(&report.held);
	return n;
}

static void print_array(json_t *array)
{
	json_t *root = json_pack("{s:i,s:O}", "abi", EXOGATE_ABI_VERSION, "interfaces", array);

	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

/* All files of the directory; returns how many were reported on, or -1. */
static int report_files(const char *dir, json_t *array)
{
	struct dirent **files = NULL;
	int n_files = pins_list(dir, &files), reported = 0;

	if (n_files <= 0)
		return n_files;
	for (int i = 0; i < n_files; i++) {
		int n = report_file(dir, files[i]->d_name, array);

		reported = n < 0 || reported < 0 ? -1 : reported + n;
		free(files[i]);
	}
	free(files);
	return reported;
}

int report_run(const struct options *options)
{
	json_t *array;
	int n;

	if (pins_check(options->bpffs))
		return -1;
	array = options->json ? json_array() : NULL;
	n = report_files(options->bpffs, array);
	if (array)
		print_array(array);
	else if (n == 0)
		printf("no interface is attached under %s\n", options->bpffs);
	json_decref(array);
	if (fflush(stdout) || ferror(stdout))
		return log_error("cannot write all of the report to standard output");
	return n < 0 ? -1 : 0;
}
