/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program - the BPF program with its maps, in the kernel and ready to be attached.
 *
 * Those that return an int return 0, or -1 after a line that says what is wrong.
 */
#ifndef EXOGATE_PROGRAM_H
#define EXOGATE_PROGRAM_H

#include "held.h"
#include "list_maps.h"

#define PROGRAM_SECTION "xdp.frags"

struct exogate; /* the generated skeleton */
struct bpf_object;

/* What to load; all of it stays the caller's. */
struct program_plan {
	const struct list_maps *list;
	const struct exogate_config *config; /* its abi is filled in */
	const struct held *before; /* readable: whose counters, drops and events go on; or NULL */
	__u64 pending_ns;	   /* exogate_pending.until_ns */
};

/* On success *out is the caller's, for program_close(). */
int program_load(const struct program_plan *plan, struct exogate **out);
void program_close(struct exogate *program);

/* The same program, open but not loaded, with all maps of this one, for a dispatcher; it is the
 * caller's too, and its program to be bound by program_bind() once it is loaded. */
struct exogate *program_open_again(const struct exogate *program);
int program_bind(const struct exogate *program, int fd);

/* Of one that was opened again. */
struct bpf_object *program_object(const struct exogate *program);

int program_fd(const struct exogate *program);

/*
 * Loads the program once more, with counters of its own and without monitor mode, and runs it over
 * packets to each protected endpoint: one from the first prefix of each source and family, and one
 * from an address that no list may have.  Are all verdicts as the list has them?
 */
int program_try(const struct program_plan *plan, const struct list *list);

#endif
