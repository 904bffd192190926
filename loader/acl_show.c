// SPDX-License-Identifier: Apache-2.0
#include "acl_command.h"

#include "in_force.h"
#include "instance.h"
#include "json_text.h"
#include "log.h"
#include "wanted.h"

#include <stdio.h>
#include <string.h>

int acl_read_meant(const struct options *options, struct list *out)
{
	if (options->acl)
		return wanted_read(options, options->acl, out);
	return in_force_read(options, out);
}

static void show_text(const struct list *list)
{
	char text[PREFIX_TEXT_SIZE], version[LIST_VERSION_SIZE];

	list_version_text(&list->origin, version);
	printf("# list version %s, %s, %zu prefixes, from %s\n", version,
	       instance_name(list->origin.instance), list->n, list->origin.file);
	for (size_t i = 0; i < list->n; i++)
		printf("%-44s %s\n", prefix_format(&list->items[i], text),
		       list_source_name(list->items[i].source));
}

static void show_json(const struct list *list)
{
	json_t *prefixes = json_array();
	char version[LIST_VERSION_SIZE];

	for (size_t i = 0; i < list->n; i++)
		json_array_append_new(prefixes, json_prefix(&list->items[i]));
	list_version_text(&list->origin, version);
	json_print(json_pack("{s:s,s:s,s:o,s:o}", "version", version, "instance",
			     instance_name(list->origin.instance), "file",
			     json_text(list->origin.file), "prefixes", prefixes));
}

int acl_show(const struct options *options)
{
	struct list list;

	if (acl_read_meant(options, &list))
		return -1;
	if (options->json)
		show_json(&list);
	else
		show_text(&list);
	list_free(&list);
	return 0;
}

/* --- check ------------------------------------------------------------------------------------ */

/* What would happen to a packet to a protected endpoint. */
static const char *outcome(const struct prefix *decides)
{
	if (!decides)
		return "unlisted: dropped";
	if (decides->source == PREFIX_RELAY_POOL_OFF)
		return "relay pool, not admitted: dropped";
	return "passes";
}

static bool is_admitted(const struct prefix *decides)
{
	return decides && decides->source != PREFIX_RELAY_POOL_OFF;
}

static void check_text(const struct options *options, const struct list_answer *answer)
{
	char text[PREFIX_TEXT_SIZE];

	printf("%s: %s", options->arguments[0], outcome(answer->decides));
	if (answer->decides)
		printf(", by %s of %s", prefix_format(answer->decides, text),
		       list_source_name(answer->decides->source));
	if (answer->longest && answer->longest != answer->decides)
		printf("; also in %s of %s", prefix_format(answer->longest, text),
		       list_source_name(answer->longest->source));
	putchar('\n');
}

static void check_json(const struct options *options, const struct list_answer *answer)
{
	json_t *object = json_pack("{s:o,s:b}", "address", json_text(options->arguments[0]),
				   "admitted", is_admitted(answer->decides));

	if (answer->decides)
		json_object_update_new(object, json_prefix(answer->decides));
	else
		json_object_update_new(object, json_pack("{s:n,s:n}", "prefix", "source"));
	json_print(object);
}

int acl_check(const struct options *options)
{
	const char *text = options->arguments[0];
	struct list_answer answer;
	struct prefix host;
	struct list list;

	if (strchr(text, '/') || prefix_parse(text, strlen(text), &host) != PREFIX_OK)
		return log_error("%s: not an IPv4 or IPv6 address", text);
	if (acl_read_meant(options, &list))
		return -1;
	answer = list_look_up(&list, host.family, host.addr);
	if (options->json)
		check_json(options, &answer);
	else
		check_text(options, &answer);
	list_free(&list);
	return 0;
}
