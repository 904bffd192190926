// SPDX-License-Identifier: Apache-2.0
#include "in_force.h"

#include "list_change.h"
#include "log.h"

static bool same_list(const struct list *a, const struct list *b)
{
	struct list_change_counts counts = list_change_count(a, b);

	return counts.added == 0 && counts.removed == 0;
}

int in_force_open(const struct options *options, struct attached_set *set)
{
	if (attached_open_readable(options->bpffs, set) == 0 &&
	    (!options->interface || attached_select(set, options->interface) == 0))
		return 0;
	attached_close(set);
	return -1;
}

int in_force_of(const struct held *held, struct list *out)
{
	struct list_slots slots = held_slots(held);

	return list_maps_read(&slots, out);
}

static int require_same(const struct attached_set *set, const struct list *first)
{
	for (size_t i = 1; i < set->n; i++) {
		struct list other;
		bool same;

		if (in_force_of(&set->items[i].held, &other))
			return -1;
		same = same_list(first, &other);
		list_free(&other);
		if (!same)
			return log_error("%s and %s have different lists: name one by --interface",
					 set->items[0].interface, set->items[i].interface);
	}
	return 0;
}

int in_force_common(const struct attached_set *set, struct list *out)
{
	if (in_force_of(&set->items[0].held, out))
		return -1;
	if (require_same(set, out) == 0)
		return 0;
	list_free(out);
	return -1;
}

int in_force_read(const struct options *options, struct list *out)
{
	struct attached_set set;
	int status;

	if (in_force_open(options, &set))
		return -1;
	status = in_force_common(&set, out);
	attached_close(&set);
	return status;
}
