/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter - a session (core/session.h) behind libmilter's callbacks.
 *
 * What that library tells of an MTA becomes the session's events, and the session's answer, in the
 * packets that core/milter_answer.h composes, becomes the library's calls.  An edit that it does
 * not take turns the answer into a deferral.  Limits and what is counted against them are those of
 * the dialog (core/dialog.h).
 *
 * libmilter knows one filter a process, and calls it from threads of its own, those of one
 * connection one after the other.  A message that finds no free arena waits in its thread.
 *
 * What the library hides is made up for, so that nothing is accepted that the other engine refuses:
 *  - It tells macros by name, not by packet (peer_macros.h).
 *  - It cannot be made to close a connection.  Once a session could not follow one, or a packet
 *    before the first recipient is larger than a dialog's buffer, each message on it is deferred.
 *  - Of QUIT_NC it tells too little or nothing, and of the CONNECT after it nothing: once the
 *    macros name another client than CONNECT's did, each message is deferred.
 *  - To an MTA that offers no actions or no steps it says that version 1's were offered; those
 *    offers are taken for none.
 */
#ifndef EXOGATE_FILTER_H
#define EXOGATE_FILTER_H

#include <stdbool.h>
#include <stdio.h>

#include "ledger.h"
#include "policy_store.h"
#include "settings.h"

struct filter_options {
	const struct settings *settings;
	struct policy_store *policies;	       /* what each new connection is to be judged by */
	const struct session_limiter *limiter; /* of all processes */
	struct ledger *ledger;		       /* of this process alone */
	size_t connections; /* at most at once; those beyond are closed at their offer */
};

/*
 * Makes this process's filter known to libmilter, and acquires its memory, which lasts as long as
 * the process, as all that the options name must.  False after one line on errors.
 */
bool filter_open(const struct filter_options *options, FILE *errors);

#endif
