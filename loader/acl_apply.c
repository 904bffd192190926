// SPDX-License-Identifier: Apache-2.0
#include "acl_command.h"

#include "confirm.h"
#include "guard.h"
#include "in_force.h"
#include "json_text.h"
#include "list_change.h"
#include "log.h"
#include "program.h"
#include "wanted.h"

#include <stdio.h>

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
	char old[LIST_VERSION_SIZE], new[LIST_VERSION_SIZE];

	list_change_each(before, after, add_change, &changes);
	list_version_text(&before->origin, old);
	list_version_text(&after->origin, new);
	json_print(json_pack("{s:s,s:s,s:o,s:o,s:b}", "version", old, "new_version", new, "added",
			     changes.added, "removed", changes.removed, "refused", sharp));
}

static void diff_text(const struct list *before, const struct list *after, bool sharp)
{
	struct list_change_counts counts = list_change_count(before, after);
	char old[LIST_VERSION_SIZE], new[LIST_VERSION_SIZE];

	list_change_each(before, after, print_change, NULL);
	list_version_text(&before->origin, old);
	list_version_text(&after->origin, new);
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
	struct list before, after;
	struct list_loss loss;
	bool sharp;

	if (acl_read_meant(options, &before))
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
	char version[LIST_VERSION_SIZE];
	int status;

	if (list_maps_fill(after, &maps))
		return -1;
	status = program_try(&plan, after);
	if (status == 0)
		status = list_maps_install(&slots, &maps);
	list_maps_close(&maps);
	list_version_text(&after->origin, version);
	if (status == 0)
		log_note("%s: list version %s in force, %zu prefixes: %zu added, %zu removed",
			 attached->interface, version, after->n, counts.added, counts.removed);
	return status;
}

/* What the operator should know before the list is in force. */
static void warn(const struct attached *attached, const struct list *before,
		 const struct list *after)
{
	const struct exogate_config *config = &attached->held.config;
	unsigned others = after->origin.counts[EXOGATE_SOURCE_OPERATOR];
	char advice[128] = "";

	guard_warn_of_change(attached->interface, config, before, config, after);
	if (others)
		snprintf(advice, sizeof(advice),
			 ", beside the operator's prefixes in this list (%u), which it would "
			 "replace",
			 others);
	guard_warn_of_ssh(config, after, advice);
}

static int apply_to(const struct options *options, const struct list *microsoft,
		    const struct attached *attached)
{
	struct list before, after;
	int status;

	if (confirm_refuse_pending(&attached->held, attached->interface) ||
	    in_force_of(&attached->held, &before))
		return -1;
	if (wanted_renew(options, microsoft, &before, &after)) {
		list_free(&before);
		return -1;
	}
	status = wanted_check_loss(options, &before, &after);
	if (status == 0) {
		warn(attached, &before, &after);
		status = install(attached, &before, &after);
	}
	list_free(&before);
	list_free(&after);
	return status;
}

static int apply_to_all(const struct options *options, const struct list *microsoft)
{
	struct attached_set set;
	int status = 0;

	if (in_force_open(options, &set))
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
