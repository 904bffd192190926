/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wanted - the list to put in force: Microsoft's endpoint file and the operator's own prefixes.
 */
#ifndef EXOGATE_WANTED_H
#define EXOGATE_WANTED_H

#include "options.h"

#define WANTED_ACL_DEFAULT "/var/lib/exogate/microsoft.json"

/*
 * Reads Microsoft's list from path ("-": standard input) and adds what the options say: the
 * operator's prefixes and the relay pool, admitted or only told apart.  Sorted; refused if it
 * overlaps itself, unless forced: then it is merged.  Returns 0, and the caller frees the list, or
 * -1 after a line that says what is wrong.
 */
int wanted_read(const struct options *options, const char *path, struct list *out);

/* Reads Microsoft's part alone, unsorted.  Returns as wanted_read(). */
int wanted_read_microsoft(const struct options *options, const char *path, struct list *out);

/*
 * The list to put in force instead of one: a new version of Microsoft's part; the operator's
 * prefixes are those of the options, or else, as the relay pool and the instance, those of the list
 * in force.  Returns as wanted_read().
 */
int wanted_renew(const struct options *options, const struct list *microsoft,
		 const struct list *in_force, struct list *out);

/* Refuses to go from one list to another that lacks much of it, unless forced: -1 after a line. */
int wanted_check_loss(const struct options *options, const struct list *in_force,
		      const struct list *wanted);

#endif
