/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attached - everything of ours that is pinned in a directory.
 */
#ifndef EXOGATE_ATTACHED_H
#define EXOGATE_ATTACHED_H

#include "held.h"
#include "pins.h"

struct attached {
	char interface[IF_NAMESIZE]; /* the present name, that of the pin if there is none */
	char pin[PATH_MAX];
	struct held held;
};

struct attached_set {
	struct attached *items; /* in the order of their pins' names */
	size_t n;
};

/*
 * Opens all links of ours, whatever their state; what is not ours is passed over.  Returns 0, or
 * -1 after a line for each pin that cannot be opened: then the set has the others.  In both cases
 * it is for attached_close().
 */
int attached_open(const char *dir, struct attached_set *out);

/* The same, but only those that filter an interface of this network namespace and are of this ABI
 * version: a line for each that is not.  -1 after a line too if there is none at all. */
int attached_open_readable(const char *dir, struct attached_set *out);

/* Leaves in the set only the interface of this name; -1 after a line if it is not in it. */
int attached_select(struct attached_set *set, const char *interface);

void attached_close(struct attached_set *set);

/* Finds the pin of the program that is on a device, whatever the device was called then. */
bool attached_find_program(const char *dir, __u32 program, char pin[PATH_MAX]);

#endif
