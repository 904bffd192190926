/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list_change - from the list in force to a new one: what comes, what goes, and whether so much of
 * Microsoft's part goes that the new list is likelier broken than right.
 */
#ifndef EXOGATE_LIST_CHANGE_H
#define EXOGATE_LIST_CHANGE_H

#include "list.h"

/* What of the old list's Microsoft prefixes the new list has no longer. */
struct list_loss {
	size_t prefixes, prefixes_before; /* not wholly covered by Microsoft's new ones */
	double share4, share6;		  /* of the addresses, 0 to 1 */
};

/* Both lists sorted.  O(n). */
void list_loss_find(const struct list *before, const struct list *after, struct list_loss *out);

/* Is more than a quarter gone: of the prefixes, or of the addresses of a family? */
bool list_loss_is_sharp(const struct list_loss *loss);

/*
 * Calls back for each prefix that only one of the sorted lists has, in order; before or after is
 * NULL.  Prefixes that differ in source are different.
 */
typedef void list_change_fn(void *context, const struct prefix *before, const struct prefix *after);
void list_change_each(const struct list *before, const struct list *after, list_change_fn *fn,
		      void *context);

/* How many of them there are. */
struct list_change_counts {
	size_t added, removed;
};
struct list_change_counts list_change_count(const struct list *before, const struct list *after);

#endif
