// SPDX-License-Identifier: Apache-2.0
#include "list_change.h"

#define SHARP	  0.25
#define MICROSOFT (1u << PREFIX_MICROSOFT)

/* --- loss ------------------------------------------------------------------------------------- */

__extension__ typedef unsigned __int128 address;

struct range {
	address first, last;
};

static struct range range_of(const struct prefix *prefix)
{
	unsigned bits = prefix->family == 4 ? 32 : 128, host = bits - prefix->length;
	struct range range = { 0 };

	for (unsigned i = 0; i < bits / 8; i++)
		range.first = range.first << 8 | prefix->addr[i];
	range.last = range.first | (host == 128 ? ~(address)0 : ((address)1 << host) - 1);
	return range;
}

static address min_of(address a, address b)
{
	return a < b ? a : b;
}

static address max_of(address a, address b)
{
	return a > b ? a : b;
}

/* How many addresses of a range the ranges from *cover on have; goes on to where they end. */
static double covered(struct range range, struct list_walk *in, const struct prefix **cover)
{
	double sum = 0;

	while (*cover) {
		struct range with = range_of(*cover);

		if (with.first > range.last)
			break;
		if (with.last >= range.first)
			sum += (double)(min_of(with.last, range.last) -
					max_of(with.first, range.first)) +
			       1;
		if (with.last > range.last)
			break;
		*cover = list_walk_next(in);
	}
	return sum;
}

static double lose_family(const struct list *before, const struct list *after, uint8_t family,
			  struct list_loss *out)
{
	/* Those inside others left out: ranges in order, apart. */
	struct list_walk old = { .list = before, .family = family, .sources = MICROSOFT };
	struct list_walk new = { .list = after, .family = family, .sources = MICROSOFT };
	const struct prefix *item, *cover = list_walk_next(&new);
	double all = 0, kept = 0;

	while ((item = list_walk_next(&old))) {
		struct range range = range_of(item);
		double size = (double)(range.last - range.first) + 1;
		double found = covered(range, &new, &cover);

		all += size;
		kept += found;
		out->prefixes_before++;
		out->prefixes += found < size;
	}
	return all > 0 ? 1 - kept / all : 0;
}

void list_loss_find(const struct list *before, const struct list *after, struct list_loss *out)
{
	*out = (struct list_loss){ 0 };
	out->share4 = lose_family(before, after, 4, out);
	out->share6 = lose_family(before, after, 6, out);
}

bool list_loss_is_sharp(const struct list_loss *loss)
{
	return (double)loss->prefixes > SHARP * (double)loss->prefixes_before ||
	       loss->share4 > SHARP || loss->share6 > SHARP;
}

/* --- changes ---------------------------------------------------------------------------------- */

void list_change_each(const struct list *before, const struct list *after, list_change_fn *fn,
		      void *context)
{
	size_t i = 0, j = 0;

	while (i < before->n || j < after->n) {
		const struct prefix *old = i < before->n ? &before->items[i] : NULL;
		const struct prefix *new = j < after->n ? &after->items[j] : NULL;
		int which = !old ? 1 : !new ? -1 : list_order(old, new);

		if (which)
			fn(context, which < 0 ? old : NULL, which < 0 ? NULL : new);
		i += which <= 0;
		j += which >= 0;
	}
}

static void count_change(void *context, const struct prefix *before, const struct prefix *after)
{
	struct list_change_counts *counts = context;

	counts->removed += before != NULL;
	counts->added += after != NULL;
}

struct list_change_counts list_change_count(const struct list *before, const struct list *after)
{
	struct list_change_counts counts = { 0 };

	list_change_each(before, after, count_change, &counts);
	return counts;
}
