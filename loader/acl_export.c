// SPDX-License-Identifier: Apache-2.0
#include "acl_command.h"

#include "guard.h"
#include "in_force.h"
#include "list_export.h"
#include "log.h"
#include "output.h"
#include "protect.h"
#include "wanted.h"

#include <stdio.h>

/* --- what the rules protect ------------------------------------------------------------------- */

static void warn_of_monitoring(const struct attached_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		if (set->items[i].held.config.monitor)
			log_warn("%s only monitors, but the ruleset drops",
				 set->items[i].interface);
	}
}

/* A ruleset is for all interfaces of the host: which one it is taken from must make no difference,
 * unless the operator says. */
static int read_protected(const struct attached_set *set, struct exogate_config *config)
{
	const struct attached *first = &set->items[0];

	for (size_t i = 1; i < set->n; i++) {
		if (!protect_same(&first->held.config, &set->items[i].held.config))
			return log_error("%s and %s protect different endpoints: name one by "
					 "--interface, or the endpoints by --protect",
					 first->interface, set->items[i].interface);
	}
	*config = first->held.config;
	return 0;
}

/* --- the list --------------------------------------------------------------------------------- */

static int read_in_force(const struct options *options, struct list *out,
			 struct exogate_config *config)
{
	bool rules = options->format == LIST_NFT;
	struct attached_set set;
	int status = 0;

	if (in_force_open(options, &set))
		return -1;
	if (rules)
		warn_of_monitoring(&set);
	if (rules && !config->protected_n)
		status = read_protected(&set, config);
	if (status == 0)
		status = in_force_common(&set, out);
	attached_close(&set);
	return status;
}

/* --- what of it ------------------------------------------------------------------------------- */

static int refuse_nothing(const struct options *options)
{
	char names[64] = "";
	size_t len = 0;

	for (unsigned i = EXOGATE_SOURCE_MICROSOFT; i <= EXOGATE_SOURCE_RELAY_POOL; i++) {
		if (options->sources >> i & 1)
			len += (size_t)snprintf(names + len, sizeof(names) - len, " %s",
						list_source_name(i));
	}
	return log_error("the list admits no prefix of%s: nothing is exported", names);
}

/* What a file does not have at all was said when it was read. */
static void warn_of_missing(const struct options *options, const struct list *list,
			    const struct list *chosen, uint8_t family)
{
	bool drops = options->format == LIST_NFT || options->format == LIST_IPSET;
	bool said = options->acl && !list_has_family(list, family);

	if (drops && !said && !list_has_family(chosen, family))
		log_warn("no IPv%u prefix is exported: what drops by this list drops all IPv%u "
			 "senders",
			 family, family);
}

/* As attach does: rules in force cut off the world alike. */
static void warn_of_mx(const struct options *options, const struct exogate_config *config)
{
	struct exogate_config everywhere = { 0 };

	if (options->format == LIST_NFT) {
		guard_warn_of_mx(config, GUARD_PROTECT_ONE);
	} else if (options->format == LIST_IPSET) {
		protect_add(&everywhere, PROTECT_DEFAULT);
		guard_warn_of_mx(&everywhere, ", in the rules that match these sets");
	}
}

static int write_out(const struct options *options, const struct list *chosen,
		     const struct exogate_config *config)
{
	struct output output;

	if (!options->output) {
		list_export(stdout, options->format, chosen, config);
		return 0;
	}
	if (output_open(options->output, &output))
		return -1;
	list_export(output.stream, options->format, chosen, config);
	return output_commit(&output);
}

static int export_chosen(const struct options *options, const struct list *list,
			 const struct list *chosen, const struct exogate_config *config)
{
	if (!list_has_family(chosen, 4) && !list_has_family(chosen, 6))
		return refuse_nothing(options);
	warn_of_missing(options, list, chosen, 4);
	warn_of_missing(options, list, chosen, 6);
	warn_of_mx(options, config);
	return write_out(options, chosen, config);
}

static int export_sources(const struct options *options, const struct list *list,
			  const struct exogate_config *config)
{
	struct list chosen = { .origin = list->origin };
	unsigned sources = options->sources ? options->sources : ~0u;
	int status;

	if (list_add_sources(&chosen, list, sources))
		return log_errno("cannot copy a list");
	list_sort(&chosen);
	chosen.origin.version = list->origin.version;
	status = export_chosen(options, list, &chosen, config);
	list_free(&chosen);
	return status;
}

int acl_export(const struct options *options)
{
	struct exogate_config config = options->config;
	struct list list;
	int status;

	if (options->acl ? wanted_read(options, options->acl, &list) :
			   read_in_force(options, &list, &config))
		return -1;
	status = export_sources(options, &list, &config);
	list_free(&list);
	return status;
}
