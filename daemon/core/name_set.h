/* SPDX-License-Identifier: Apache-2.0 */
/*
 * name_set - is this one of the names of header fields that the operator chose?
 *
 * Without regard to case.  An empty set costs a comparison; in others nearly every name that is
 * not there is told by its length.
 */
#ifndef EXOGATE_NAME_SET_H
#define EXOGATE_NAME_SET_H

#include "span.h"

#define NAME_SET_NAME_MAX 63 /* octets of a name */

/* Open addressing; n_slots is a power of two of at least twice the names, or 0 for none. */
struct name_set {
	struct span *slots;
	size_t n_slots;
	uint64_t lengths; /* a bit for each length that there is */
};

/* Puts a name of 1 to NAME_SET_NAME_MAX octets, borrowed, into the set, whose slots start out 0. */
void name_set_add(struct name_set *set, struct span name);

bool name_set_has(const struct name_set *set, struct span name);

#endif
