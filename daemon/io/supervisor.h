/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervisor - what the daemon's main thread does while an engine serves.
 *
 * It owns the signals (SIGTERM and SIGINT stop, SIGHUP reloads), the control socket, and what the
 * service manager is told.  Whatever happens here, the threads that serve do not wait for it.
 *
 * To reload is to read the settings anew, whole.  If they are good their policy is put in force
 * for connections that begin from then on; else the old one stays, and the log, and who asked, are
 * told where the file is bad.
 */
#ifndef EXOGATE_SUPERVISOR_H
#define EXOGATE_SUPERVISOR_H

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>

#include "ledger.h"
#include "policy_store.h"

struct supervisor;

struct supervisor_start {
	const struct settings_source *source;
	const struct settings *settings; /* those it starts with; outlive the supervisor */
	struct policy_store *policies;
};

/*
 * Blocks the signals, for threads that are made from now on too, and opens the control socket if
 * one is set.  NULL after one line on errors, and then nothing is held.
 */
struct supervisor *supervisor_open(const struct supervisor_start *start, FILE *errors);

/* NULL does nothing. */
void supervisor_close(struct supervisor *supervisor);

/*
 * For an engine that serves in processes of its own: closes in such a process what is the
 * supervisor's, and lets its signals through.
 */
void supervisor_leave(struct supervisor *supervisor);

/* What there is to know of an engine that serves. */
struct supervisor_engine {
	const char *name;
	const struct ledger *ledgers; /* that it writes */
	size_t n_ledgers;
	size_t connections; /* that it serves at most */

	/*
	 * For an engine whose processes have policies of their own: the settings have been found
	 * good, and are to be loaded there too.  False after lines on report, and then nothing has
	 * changed.  NULL: nothing is to be done.
	 */
	bool (*reload)(void *server, FILE *report);
	void *server;
};

/* It is about to serve. */
void supervisor_watch(struct supervisor *supervisor, const struct supervisor_engine *engine);

enum supervisor_event {
	SUPERVISOR_STOP,   /* the daemon is to stop */
	SUPERVISOR_ENGINE, /* one of the engine's descriptors is ready: revents says which */
};

/*
 * Waits for an event that is the engine's to deal with.  The daemon counts as ready from the first
 * call on.  fds are the engine's own, at most one more than there are listeners.
 */
enum supervisor_event supervisor_wait(struct supervisor *supervisor, struct pollfd *fds, size_t n);

#endif
