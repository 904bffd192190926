/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatcher - libxdp's dispatcher, by which an interface has several XDP programs.
 *
 * The dispatcher is what is attached; programs join and leave it by exchanging it, in one step, for
 * another one.  A program that joins is loaded anew each time, as an extension of the dispatcher.
 * There is one at most on an interface, whose programs libxdp finds below LIBXDP_BPFFS
 * (/sys/fs/bpf); interfaces are those of this network namespace.
 *
 * Those that return an int return 0 or a descriptor, or -1 after a line that says what is wrong.
 */
#ifndef EXOGATE_DISPATCHER_H
#define EXOGATE_DISPATCHER_H

#include "options.h"

#include <linux/types.h>
#include <stdbool.h>

struct bpf_object;

/* A program that is to join.  All of it stays the caller's. */
struct dispatcher_entry {
	struct bpf_object *object; /* open, not loaded */
	const char *section;	   /* of the program in it */
	const char *interface;	   /* for lines */
	__u32 ifindex;
	enum options_mode
		mode; /* OPTIONS_MODE_AUTO: that of the dispatcher, or the driver's best */
};

/* The interface in whose dispatcher the program of this id is, and whether that runs in generic
 * mode; 0: there is none. */
__u32 dispatcher_find(__u32 program, bool *generic);

/* The name of the mode in which a dispatcher is on the interface; NULL: there is none. */
const char *dispatcher_mode(__u32 ifindex);

/* The id of the program of this name in the interface's dispatcher; 0: there is none. */
__u32 dispatcher_program(__u32 ifindex, const char *name);

/*
 * Joins: packets that it passes go on to the programs after it.  Where the kernel, or a file
 * system, is in the way of a dispatcher, nothing stays attached, though libxdp would leave the
 * program there alone.
 * Returns the program's descriptor, the caller's.
 */
int dispatcher_join(const struct dispatcher_entry *entry);

/* Leaves the interface's dispatcher with what else is in it, and takes away one that is empty. */
int dispatcher_leave(const char *interface, __u32 ifindex, int program);

#endif
