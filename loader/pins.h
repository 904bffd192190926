/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pins - the directory in bpffs where links are kept, and the names in it.
 *
 * A pinned link is all the state that outlives the loader: it holds the program, which holds its
 * maps.  So attaching, replacing and detaching each have one step at which they happen.  In
 * libxdp's dispatcher, whose links are libxdp's, the program itself is pinned instead.
 *
 * Those that return an int return 0, or -1 after a line that says what is wrong.
 */
#ifndef EXOGATE_PINS_H
#define EXOGATE_PINS_H

#include <dirent.h>
#include <limits.h>
#include <net/if.h>
#include <stdbool.h>

/* Is dir in a BPF file system, or could it be made in one?  A refusal names a mend that lasts:
 * what is mounted in a private mount namespace ends with it, and the filter too. */
int pins_check(const char *dir);

/*
 * The same, and makes it if need be; *made says whether.  Notes a private mount namespace.  On
 * success the caller has the only lock on what is in the directory, for pins_unlock().
 */
int pins_make(const char *dir, bool *made, int *lock);

/* Takes that lock if the directory exists; if not, *lock is -1, since there is nothing in it.  Both
 * wait for another loader to end, after a line that says so. */
int pins_lock(const char *dir, int *lock);

/* The same, but waits so many seconds at most, and then goes without the lock: *lock is -1. */
void pins_lock_soon(const char *dir, unsigned seconds, int *lock);

/* -1 does nothing. */
void pins_unlock(int lock);

/* Removes dir if it is empty; else, or if something is mounted there, it stays. */
void pins_tidy(const char *dir);

/*
 * The files of dir that may be pins of ours, sorted by name: how many, or -1 after a line.  The
 * caller frees each and the array; there is neither if the number is not above 0.
 */
int pins_list(const char *dir, struct dirent ***files);

/* Where the link of an interface is pinned. */
int pins_path(const char *dir, const char *interface, char path[PATH_MAX]);

/* The interface whose link is pinned under this file name. */
void pins_interface(const char *file, char interface[IF_NAMESIZE]);

#endif
