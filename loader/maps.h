/* SPDX-License-Identifier: Apache-2.0 */
/*
 * maps - lists and counters in the kernel: fill, verify, read.
 *
 * Those that return an int return 0, or -1 after a line that says what is wrong.
 */
#ifndef EXOGATE_MAPS_H
#define EXOGATE_MAPS_H

#include "exogate_abi.h"
#include "prefix.h"

/* The tries of one list, for the slots of EXOGATE_MAP_ACL4 and 6. */
struct maps_acl {
	int trie4; /* file descriptors */
	int trie6;
};

/*
 * Makes the tries of a normalised set, reads every prefix back and counts them.  On success the
 * caller owns the descriptors and calls maps_close(); on failure there is nothing to close.
 */
int maps_fill(const struct prefix_set *set, struct maps_acl *out);
void maps_close(struct maps_acl *acl);

/* How many prefixes by source (enum prefix_source) are in the trie of this outer map's slot?
 * Adds to counts. */
int maps_count(int outer, __u64 counts[PREFIX_SOURCE_N]);

/* Sums a counter map over all CPUs. */
int maps_read_counters(int counters, struct exogate_counter sums[EXOGATE_REASON_N]);

#endif
