/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target - an interface as the operator names it, what is pinned under that name, and whether the
 * two belong together.
 *
 * A pin keeps the name that its interface had at first.  A link whose pin has the name of one
 * interface of this network namespace, but which filters another, here or elsewhere, is no target.
 *
 * Those that return an int return 0, or -1 after a line that says what is wrong.
 */
#ifndef EXOGATE_TARGET_H
#define EXOGATE_TARGET_H

#include "held.h"
#include "pins.h"

struct target {
	const char *dir; /* of the pins */
	char name[IF_NAMESIZE];
	char path[PATH_MAX]; /* of the pin */
	__u32 ifindex;	     /* 0: no interface has the name */
	struct held held;
};

/* Finds both; on success the caller calls target_close(). */
int target_open(const char *dir, const char *name, struct target *out);
void target_close(struct target *target);

/*
 * Can the interface be attached (or join libxdp's dispatcher), or its program replaced?  It is an
 * Ethernet or loopback one, and what is pinned under its name is its own and of that kind, is
 * severed, or is absent while no other XDP program, or only a dispatcher without a program of ours,
 * is there.
 */
int target_check_attach(const struct target *target, bool join);

/* Is there something to detach, and is it the interface's own? */
int target_check_detach(const struct target *target);

#endif
