/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program - the BPF program with its maps, in the kernel and ready to be attached.
 *
 * Those that return an int return 0, or -1 after a line that says what is wrong.
 */
#ifndef EXOGATE_PROGRAM_H
#define EXOGATE_PROGRAM_H

#include "maps.h"

struct exogate; /* the generated skeleton */

/*
 * Loads the program over these tries, for EXOGATE_PORT_DEFAULT.  counters is the map to go on
 * counting in, or -1 for a new one; both remain the caller's.  On success *out is the caller's,
 * for program_close().
 */
int program_load(const struct maps_acl *acl, int counters, struct exogate **out);
void program_close(struct exogate *program);

int program_fd(const struct exogate *program);

/*
 * Runs the program over packets to the protected port, from an address of the set and from one
 * that is in no list, for each family: does it pass the one and drop the other?  Counts them, so
 * not for a program whose counters matter.
 */
int program_check(const struct exogate *program, const struct prefix_set *set);

#endif
