// SPDX-License-Identifier: Apache-2.0
#include "acl.h"

#include "attached.h"
#include "instance.h"
#include "json_text.h"
#include "list_change.h"
#include "log.h"
#include "program.h"
#include "wanted.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- the list that is meant ------------------------------------------------------------------- */

static bool same_list(const struct list *a, const struct list *b)
{
	struct list_change_counts counts = list_change_count(a, b);

	return counts.added == 0 && counts.removed == 0;
}

/* Opens the interfaces that are meant: at least one on success. */
static int open_meant(const struct options *options, struct attached_set *set)
{
	if (attached_open_readable(options->bpffs, set) == 0 &&
	    (!options->interface || attached_select(set, options->interface) == 0))
		return 0;
	attached_close(set);
	return -1;
}

static int read_held(const struct held *held, struct list *out)
{
	struct list_slots slots = held_slots(held);

	return list_maps_read(&slots, out);
}

static int require_same(const struct attached_set *set, const struct list *first)
{
	for (size_t i = 1; i < set->n; i++) {
		struct list other;
		bool same;

		if (read_held(&set->items[i].held, &other))
			return -1;
		same = same_list(first, &other);
		list_free(&other);
		if (!same)
			return log_error("%s and %s have different lists: name one by --interface",
					 set->items[0].interface, set->items[i].interface);
	}
	return 0;
}

/* The list in force, and the configuration of the program that has it. */
static int read_in_force(const struct options *options, struct list *out,
			 struct exogate_config *config)
{
	struct attached_set set;
	int status;

	if (open_meant(options, &set))
		return -1;
	status = read_held(&set.items[0].held, out);
	if (status == 0) {
		*config = set.items[0].held.config;
		status = require_same(&set, out);
		if (status)
			list_free(out);
	}
	attached_close(&set);
	return status;
}

static int read_meant(const struct options *options, struct list *out,
		      struct exogate_config *config)
{
	*config = options->config;
	if (options->acl)
		return wanted_read(options, options->acl, out);
	return read_in_force(options, out, config);
}

static void format_version(const struct list *list, char text[16])
{
	snprintf(text, 16, "%08" PRIx32, list->origin.version);
}

static const char *instance_name(const struct list *list)
{
	return list->origin.instance < INSTANCE_N ? instances[list->origin.instance].name :
						    "unknown";
}

/* --- show and export -------------------------------------------------------------------------- */

static void show_text(const struct list *list)
{
	char text[PREFIX_TEXT_SIZE], version[16];

	format_version(list, version);
	printf("# list version %s, %s, %zu prefixes, from %s\n", version, instance_name(list),
	       list->n, list->origin.file);
	for (size_t i = 0; i < list->n; i++)
		printf("%-44s %s\n", prefix_format(&list->items[i], text),
		       list_source_name(list->items[i].source));
}

static json_t *json_prefix(const struct prefix *prefix)
{
	char text[PREFIX_TEXT_SIZE];

	return json_pack("{s:s,s:s}", "prefix", prefix_format(prefix, text), "source",
			 list_source_name(prefix->source));
}

static void show_json(const struct list *list)
{
	json_t *prefixes = json_array();
	char version[16];

	for (size_t i = 0; i < list->n; i++)
		json_array_append_new(prefixes, json_prefix(&list->items[i]));
	format_version(list, version);
	json_print(json_pack("{s:s,s:s,s:o,s:o}", "version", version, "instance",
			     instance_name(list), "file", json_text(list->origin.file), "prefixes",
			     prefixes));
}

int acl_show(const struct options *options)
{
	struct exogate_config config;
	struct list list;

	if (read_meant(options, &list, &config))
		return -1;
	if (options->json)
		show_json(&list);
	else
		show_text(&list);
	list_free(&list);
	return 0;
}

static int export_sources(const struct options *options, const struct list *list,
			  const struct exogate_config *config)
{
	struct list chosen = { .origin = list->origin };
	unsigned sources = options->sources ? options->sources : ~0u;

	if (list_add_sources(&chosen, list, sources))
		return log_errno("cannot copy a list");
	list_sort(&chosen);
	chosen.origin.version = list->origin.version;
	list_export(stdout, options->format, &chosen, config);
	list_free(&chosen);
	return 0;
}

int acl_export(const struct options *options)
{
	struct exogate_config config;
	struct list list;
	int status;

	if (read_meant(options, &list, &config))
		return -1;
	if (options->config.protected_n)
		config = options->config;
	status = export_sources(options, &list, &config);
	list_free(&list);
	return status;
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
	struct exogate_config config;
	struct list_answer answer;
	struct prefix host;
	struct list list;

	if (strchr(text, '/') || prefix_parse(text, strlen(text), &host) != PREFIX_OK)
		return log_error("%s: not an IPv4 or IPv6 address", text);
	if (read_meant(options, &list, &config))
		return -1;
	answer = list_look_up(&list, host.family, host.addr);
	if (options->json)
		check_json(options, &answer);
	else
		check_text(options, &answer);
	list_free(&list);
	return 0;
}

/* --- diff ------------------------------------------------------------------------------------- */

static void print_change(void *context, const struct prefix *before, const struct prefix *after)
{
	const struct prefix *prefix = before ? before : after;
	char text[PREFIX_TEXT_SIZE];

	(void)context;
	printf("%c %-44s %s\n", before ? '-' : '+', prefix_format(prefix, text),
	       list_source_name(prefix->source));
}

struct json_changes {
	json_t *added, *removed;
};

static void add_change(void *context, const struct prefix *before, const struct prefix *after)
{
	struct json_changes *changes = context;

	json_array_append_new(before ? changes->removed : changes->added,
			      json_prefix(before ? before : after));
}

static void diff_json(const struct list *before, const struct list *after, bool sharp)
{
	struct json_changes changes = { json_array(), json_array() };
	char old[16], new[16];

	list_change_each(before, after, add_change, &changes);
	format_version(before, old);
	format_version(after, new);
	json_print(json_pack("{s:s,s:s,s:o,s:o,s:b}", "version", old, "new_version", new, "added",
			     changes.added, "removed", changes.removed, "refused", sharp));
}

static void diff_text(const struct list *before, const struct list *after, bool sharp)
{
	struct list_change_counts counts = list_change_count(before, after);
	char old[16], new[16];

	list_change_each(before, after, print_change, NULL);
	format_version(before, old);
	format_version(after, new);
	printf("version %s to %s: %zu added, %zu removed%s\n", old, new, counts.added,
	       counts.removed, sharp ? "; more than a quarter goes: refused unless --force" : "");
}

/* What would follow the list in force. */
static int read_after(const struct options *options, const struct list *before, struct list *after)
{
	struct list microsoft;
	int status;

	if (wanted_read_microsoft(options, options->arguments[0], &microsoft))
		return -1;
	status = wanted_renew(options, &microsoft, before, after);
	list_free(&microsoft);
	return status;
}

int acl_diff(const struct options *options)
{
	struct exogate_config config;
	struct list before, after;
	struct list_loss loss;
	bool sharp;

	if (read_in_force(options, &before, &config))
		return -1;
	if (read_after(options, &before, &after)) {
		list_free(&before);
		return -1;
	}
	list_loss_find(&before, &after, &loss);
	sharp = list_loss_is_sharp(&loss) && !options->force;
	if (options->json)
		diff_json(&before, &after, sharp);
	else
		diff_text(&before, &after, sharp);
	list_free(&before);
	list_free(&after);
	return 0;
}

/* --- apply ------------------------------------------------------------------------------------ */

static int install(const struct attached *attached, const struct list *before,
		   const struct list *after)
{
	struct list_slots slots = held_slots(&attached->held);
	struct list_change_counts counts = list_change_count(before, after);
	struct list_maps maps;
	const struct program_plan plan = { .list = &maps, .config = &attached->held.config };
	char version[16];
	int status;

	if (list_maps_fill(after, &maps))
		return -1;
	status = program_try(&plan, after);
	if (status == 0)
		status = list_maps_install(&slots, &maps);
	list_maps_close(&maps);
	format_version(after, version);
	if (status == 0)
		log_note("%s: list version %s in force, %zu prefixes: %zu added, %zu removed",
			 attached->interface, version, after->n, counts.added, counts.removed);
	return status;
}

static int apply_to(const struct options *options, const struct list *microsoft,
		    const struct attached *attached)
{
	struct list before, after;
	int status;

	if (read_held(&attached->held, &before))
		return -1;
	if (wanted_renew(options, microsoft, &before, &after)) {
		list_free(&before);
		return -1;
	}
	status = wanted_check_loss(options, &before, &after);
	if (status == 0)
		status = install(attached, &before, &after);
	list_free(&before);
	list_free(&after);
	return status;
}

static int apply_to_all(const struct options *options, const struct list *microsoft)
{
	struct attached_set set;
	int status = 0;

	if (open_meant(options, &set))
		return -1;
	for (size_t i = 0; i < set.n; i++)
		status |= apply_to(options, microsoft, &set.items[i]);
	attached_close(&set);
	return status;
}

int acl_apply(const struct options *options)
{
	struct list microsoft;
	int lock, status;

	if (pins_check(options->bpffs) ||
	    wanted_read_microsoft(options, options->arguments[0], &microsoft))
		return -1;
	status = pins_lock(options->bpffs, &lock);
	if (status == 0) {
		status = apply_to_all(options, &microsoft);
		pins_unlock(lock);
	}
	list_free(&microsoft);
	return status;
}
