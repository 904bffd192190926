/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subjects - the programs that are measured, in the kernel with one list, and runs of them.
 *
 * Those that return an int return 0, or -1 after a line on standard error.
 */
#ifndef EXOGATE_SUBJECTS_H
#define EXOGATE_SUBJECTS_H

#include "list_maps.h"
#include "scene.h"

enum subject {
	SUBJECT_FLOOR,	   /* returns XDP_DROP */
	SUBJECT_EXOGATE,   /* the whole program, as it is shipped */
	SUBJECT_LPM,	   /* a look-up in the trie alone */
	SUBJECT_TABLE,	   /* exogate's look-up alone */
	SUBJECT_BLOCKLESS, /* the same without its table of /48 blocks */
	SUBJECT_ARRAY,	   /* a search through all prefixes */
	SUBJECT_N,
};

extern const char *const subject_names[SUBJECT_N];

struct subjects;

/* Loads them with a list, which stays the caller's.  NULL after a line on standard error. */
struct subjects *subjects_load(const struct list *list);
void subjects_close(struct subjects *subjects);

/* Where exogate's program has its list; another may be put there that gives the same verdicts. */
struct list_slots subjects_slots(const struct subjects *subjects);

/* Is there such a program for this family and this list? */
bool subjects_have(const struct subjects *subjects, enum subject subject, uint8_t family);

/* Makes this traffic the one that is run from now on. */
int subjects_set_traffic(struct subjects *subjects, enum scene_traffic traffic, uint8_t family);

/* Runs SUBJECTS_POOL_N packets of the traffic through the subject; *ns is what one of them took. */
int subjects_run(struct subjects *subjects, enum subject subject, double *ns);

/* Runs some packets one by one: is every verdict right? */
int subjects_check(struct subjects *subjects, enum subject subject);

/* Has exogate's program counted all packets that it was given, each for its reason? */
int subjects_check_counters(const struct subjects *subjects);

#endif
