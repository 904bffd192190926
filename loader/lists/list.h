/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list - the sources to admit, as one value: prefixes, whose they are, and where they came from.
 *
 * One that is EXOGATE_SOURCE_RELAY_POOL_OFF is in the list to be told apart, not to be admitted.
 * Those that return an int return 0, or -1 with errno (ENOMEM, or E2BIG over LIST_PREFIXES_MAX),
 * and then the list is as it was.
 */
#ifndef EXOGATE_LIST_VALUE_H
#define EXOGATE_LIST_VALUE_H

#include "exogate_list.h"
#include "prefix.h"

#define LIST_PREFIXES_MAX (1u << 17)

struct list {
	struct prefix *items; /* on the heap, for list_free() */
	size_t n, room;
	struct exogate_origin origin; /* its counts are made by list_sort() */
};

int list_add(struct list *list, const struct prefix *items, size_t n);

/* Adds those of another list that are of the sources in the mask (bits 1 << source). */
int list_add_sources(struct list *list, const struct list *other, unsigned sources);

void list_free(struct list *list);

/* The order of a list, negative, 0 or positive: by family and address, each prefix before those
 * that it contains, and equal ones by source. */
int list_order(const struct prefix *a, const struct prefix *b);

/* Puts the prefixes in order.  Sets the counts and, from Microsoft's prefixes, the version. */
void list_sort(struct list *list);

/*
 * The first two of this source, in a sorted list, of which the first contains or repeats the
 * second.  False if there are none.
 */
bool list_find_overlap(const struct list *list, enum prefix_source source,
		       const struct prefix **outer, const struct prefix **inner);

/* Removes from a sorted list what another prefix of the same source contains. */
void list_merge(struct list *list);

/* What list_walk_next() goes through: the prefixes of one family in a sorted list that are of the
 * sources in the mask, without those that another of them contains. */
struct list_walk {
	const struct list *list;
	uint8_t family;
	unsigned sources;	   /* bits 1 << source */
	size_t next;		   /* 0 at first */
	const struct prefix *last; /* NULL until there was one */
};

#define LIST_ADMITTED (~(1u << PREFIX_RELAY_POOL_OFF)) /* the sources that are */

/* The next one in order; NULL after the last. */
const struct prefix *list_walk_next(struct list_walk *walk);

/* Is any prefix of this family admitted? */
bool list_has_family(const struct list *list, uint8_t family);

/* What the list says of one address. */
struct list_answer {
	const struct prefix *decides; /* the longest of the source that decides; NULL: unlisted */
	const struct prefix *longest; /* the longest of all */
};

/* The list must be sorted; addr has 4 or 16 bytes by family.  O(n). */
struct list_answer list_look_up(const struct list *list, uint8_t family, const uint8_t *addr);

/* Would a packet from the address pass?  As list_look_up(). */
bool list_admits(const struct list *list, uint8_t family, const uint8_t *addr);

#define LIST_VERSION_SIZE sizeof("01234567")

/* The version as it is written everywhere; returns text. */
const char *list_version_text(const struct exogate_origin *origin, char text[LIST_VERSION_SIZE]);

/* Addresses that are nobody's source, 4 and 16 bytes: no list may have them, and so a packet from
 * one of them must be dropped. */
extern const uint8_t list_never4[4], list_never6[16];

/* "microsoft" and its like, by enum exogate_source; "none" for 0. */
const char *list_source_name(unsigned source);

#endif
