/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer - a milter that the bench starts and measures: one row of a table.
 */
#ifndef EXOGATE_PEER_H
#define EXOGATE_PEER_H

#include "process.h"

enum peer_id {
	PEER_EXOGATED,
	PEER_FLOOR,	   /* exogated's engine, answering and checking nothing */
	PEER_FILTER_QUIET, /* the same checks on libmilter, with SMFIP_NR_* */
	PEER_FILTER,	   /* and without */
	PEER_N,
};

struct peer {
	const char *name;
	const char *program; /* below the folder of programs */
	bool takes_settings; /* exogated's; else: takes the socket, and this: */
	const char *argument;
	bool judges;
};

extern const struct peer peers[PEER_N];

/* A folder of the run's own, with settings that all who take them share. */
struct peer_place {
	char directory[64];
	char socket[80];
	const char *programs; /* folder */
	int cpu;	      /* for the milter; -1: any */
};

/* False after a line on errors. */
bool peer_place_make(struct peer_place *place, FILE *errors);
void peer_place_remove(struct peer_place *place);

/* Starts it and waits until it accepts connections; false after a line on errors. */
bool peer_start(const struct peer *peer, const struct peer_place *place, bool count_syscalls,
		struct process *out, FILE *errors);

/* Ends it; false after a line on errors if it did not end well. */
bool peer_end(const struct peer *peer, const struct peer_place *place, struct process *process,
	      FILE *errors);

#endif
