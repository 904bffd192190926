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
	const struct settings_source *source;  /* for who has to read them again */
	const struct settings *settings;       /* those it starts with; they outlive the server */
	struct policy_store *policies;	       /* what each new connection is to be judged by */
	const struct session_limiter *limiter; /* of all of its threads and processes */
	struct supervisor *supervisor;	       /* says when to stop */
};

/*
 * How long an engine that is to stop waits: for connections that are between messages, as far as it
 * can know (Postfix sends nothing before the first recipient if nothing is to be answered), and for
 * messages that are under way.  What is not finished then its MTA will retry.
 */
#define SERVE_STOP_S	     2
#define SERVE_STOP_MESSAGE_S 10

/*
 * How often a message that waits, for message_wait_s at most, shows its MTA so by PROGRESS: every
 * 15 seconds, as that is set at first.
 */
static inline uint64_t serve_progress_ns(unsigned int message_wait_s)
{
	return (message_wait_s < 16 ? 1 : message_wait_s / 16) * UINT64_C(1000000000);
}

/* Each engine has its own. */
struct server;

struct serve_engine {
	const char *name; /* as the operator calls it */

	/*
	 * Whether the kernel allows it; one line on errors that names the cause and the mend if
	 * not.  NULL: always.
	 */
	bool (*allowed)(FILE *errors);

	/*
	 * Binds the listeners and acquires all that serving needs, in processes of its own too.
	 * NULL after one line on errors, which are a file that these can write to, and then nothing
	 * is held.
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

extern const struct serve_engine serve_uring;	  /* serve_uring.c: on io_uring */
extern const struct serve_engine serve_libmilter; /* serve_libmilter.c */

/* In place of a name: io_uring where the kernel allows it, else libmilter. */
#define SERVE_ENGINE_AUTO "auto"

bool serve_engine_exists(const char *name);

/* The engine of an existing name; "auto" says in the log why it is not the first. */
const struct serve_engine *serve_engine_choose(const char *name);

#endif
