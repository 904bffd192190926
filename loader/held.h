/* SPDX-License-Identifier: Apache-2.0 */
/*
 * held - what the kernel holds: the program on an interface, and the link pinned under a path, or
 * the program if it joined a dispatcher.
 *
 * Those that return an int return 0, or -1 after a line that says what is wrong.
 */
#ifndef EXOGATE_HELD_H
#define EXOGATE_HELD_H

#include "exogate_abi.h"
#include "list_maps.h"

#include <stdbool.h>

/* The XDP program that is on a device of this network namespace now. */
struct held_device {
	__u32 ifindex;
	__u32 program; /* id; 0: none */
	bool generic;  /* it runs in generic mode */
};

int held_device(__u32 ifindex, struct held_device *out);

enum held_map {
	HELD_LISTS,
	HELD_TRIES4,
	HELD_TRIES6,
	HELD_CPUS,
	HELD_DROPS,
	HELD_EVENTS,
	HELD_CONFIG,
	HELD_PENDING,
	HELD_MAP_N,
};

enum held_state {
	HELD_ABSENT,	/* nothing is pinned there */
	HELD_ATTACHED,	/* our program filters a device of this network namespace */
	HELD_ELSEWHERE, /* it filters a device of another network namespace */
	HELD_SEVERED,	/* its device is gone (an update would be ENOLINK) */
	HELD_LEFT,	/* it joined a dispatcher, but is in none of this network namespace */
	HELD_FOREIGN,	/* something else: no XDP link, or not to a program of ours */
};

struct held {
	enum held_state state;
	int link;		   /* descriptor, -1 if absent; if joined, the program's */
	bool joined;		   /* in libxdp's dispatcher, pinned without a link */
	struct held_device device; /* if attached */
	__u32 program;
	char program_name[BPF_OBJ_NAME_LEN];
	int maps[HELD_MAP_N]; /* descriptors, -1 for those that the program does not have */
	__u32 map_ids[HELD_MAP_N];
	bool readable; /* of this ABI version: maps and config are what they are called */
	struct exogate_config config; /* if not readable, its abi alone holds */
};

/* Looks at what is pinned at path.  On success the caller owns the descriptors, for
 * held_close(); on failure there is nothing to close. */
int held_open(const char *path, struct held *out);
void held_close(struct held *held);

/* Of a readable one: where its list is. */
struct list_slots held_slots(const struct held *held);

/* Does its link still filter an interface, with whatever program?  Or is it in a dispatcher? */
bool held_is_attached(const struct held *held);

/* Writes the name of a program, "?" if it cannot be known. */
void held_program_name(__u32 id, char name[BPF_OBJ_NAME_LEN]);

#endif
