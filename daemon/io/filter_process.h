/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter_process - the process that serves one listener with libmilter.
 *
 * libmilter serves one listener a process, wants to open it itself, and ends at SIGHUP, SIGTERM and
 * SIGINT.  So each listener has a child process.  It is given its listener ready, in the place of
 * one that the library opened; it ignores these signals; and it obeys its parent alone, over a
 * socket: when that is closed, also by the parent's death, it finishes the messages that are under
 * way and ends.
 */
#ifndef EXOGATE_FILTER_PROCESS_H
#define EXOGATE_FILTER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "ledger.h"
#include "policy_store.h"
#include "settings.h"
#include "supervisor.h"

struct filter_process {
	pid_t pid;	    /* 0: there is none */
	int control;	    /* the daemon's end of filter_control.h; -1: there is none */
	size_t connections; /* that it serves at most */
};

/* What a new process needs; it keeps the listener open and closes the other descriptors. */
struct filter_process_start {
	const struct settings_source *source; /* to be read again */
	const struct settings *settings;
	struct supervisor *supervisor;	       /* that is left */
	struct policy_store *policies;	       /* of which the process has a copy */
	const struct session_limiter *limiter; /* in shared memory */
	struct ledger *ledger;		       /* of the process; in shared memory */
	size_t listener;		       /* of the settings */
	int fd;				       /* of that listener */
	bool passed;			       /* by the service manager, whose it stays */
	const int *others;
	size_t n_others;
};

/*
 * Starts it with the rights of this process, which must have no other thread; the new one gives up
 * those that it need not have.  Returns when it serves; false after one line on errors, which must
 * be a file that processes can share, and then there is none.
 */
bool filter_process_open(struct filter_process *process, const struct filter_process_start *start,
			 FILE *errors);

/* Tells it to end, and does not wait. */
void filter_process_stop(struct filter_process *process);

/*
 * Waits until it has ended, and kills it if it has not been told to or takes too long.  False after
 * a line in the log if it ended otherwise than it should.
 */
bool filter_process_close(struct filter_process *process);

#endif
