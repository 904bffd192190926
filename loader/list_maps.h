/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list_maps - lists in the kernel: fill, verify, put in force, read.
 *
 * Those that return an int return 0, or -1 after a line that says what is wrong.
 */
#ifndef EXOGATE_LIST_MAPS_H
#define EXOGATE_LIST_MAPS_H

#include "list.h"

/* One list: descriptors of its tries, and of its table for either slot of them. */
struct list_maps {
	int trie4, trie6;
	int tables[2];
};

/* The outer maps of a program, where its list is. */
struct list_slots {
	int lists, tries4, tries6;
};

/*
 * Makes the maps of a sorted list and reads all of them back.  On success the caller owns the
 * descriptors and calls list_maps_close(); on failure there is nothing to close.
 */
int list_maps_fill(const struct list *list, struct list_maps *out);
void list_maps_close(struct list_maps *maps);

/*
 * Puts the list in force.  For every packet that is one step, from the list before (or from none)
 * to this one: all is prepared in the slot of tries that is not in use, and until the one update
 * that counts the list before stays whole.  A kill at any moment leaves one or the other.
 */
int list_maps_install(const struct list_slots *slots, const struct list_maps *maps);

/* The list in force, sorted; the caller frees it. */
int list_maps_read(const struct list_slots *slots, struct list *out);

/* Where the list in force came from. */
int list_maps_origin(const struct list_slots *slots, struct exogate_origin *out);

#endif
