/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve - what an engine is: that which joins the MTAs' connections to dialogs or sessions.
 *
 * Every engine serves the same settings with the same verdicts; main.c knows them by this table
 * only.  In this order, all on one thread: open() with the rights of who started the daemon, then
 * privileges are dropped, run() until the supervisor says stop, close().
 */
#ifndef EXOGATE_SERVE_H
#define EXOGATE_SERVE_H

#include <stdbool.h>
#include <stdio.h>

#include "policy_store.h"
#include "settings.h"
#include "supervisor.h"

struct serve_options {
	const struct settings *settings; /* those it starts with; they outlive the server */
	struct policy_store *policies;	 /* what each new connection is to be judged by */
	struct supervisor *supervisor;	 /* says when to stop */
};

/* Each engine has its own. */
struct server;

struct serve_engine {
	const char *name; /* as the operator calls it */

	/*
	 * Binds the listeners and acquires all that serving needs.  NULL after one line on errors,
	 * and then nothing is held.
	 */
	struct server *(*open)(const struct serve_options *options, FILE *errors);

	/*
	 * Serves until supervisor_wait() says to stop, then finishes the messages that are under
	 * way, for some seconds at most: what is not finished its MTA will retry.  False after a
	 * line in the log if it could not go on serving.
	 */
	bool (*run)(struct server *server);

	/* Closes and removes the listeners too.  NULL does nothing. */
	void (*close)(struct server *server);
};

extern const struct serve_engine serve_uring; /* serve_uring.c: on io_uring */

#endif
