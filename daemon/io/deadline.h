/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deadline - until when a connection may go on as it does, by the limits of the settings.
 *
 * Between messages, and while a message waits for its client, what counts is how long no packet has
 * been heard to its end: who sends one byte after the other is silent, too.  From the first header
 * field to the answer it is all the time that has passed.  While a message waits for an arena, or
 * for keys, nothing is the MTA's fault: then limits.message_wait holds alone.
 */
#ifndef EXOGATE_DEADLINE_H
#define EXOGATE_DEADLINE_H

#include "worker.h"

/* Has the timer look at the connection when it is the next time for any of what is below. */
void deadline_set(struct worker *worker, struct connection *connection);

/* It is to be closed: it has been silent, or has taken, for too long, or the daemon stops. */
bool deadline_is_over(const struct worker *worker, const struct connection *connection,
		      uint64_t now_ns);

/* Of a connection that waits for an arena, or for keys. */
bool deadline_wait_is_over(const struct worker *worker, const struct connection *connection,
			   uint64_t now_ns);
bool deadline_progress_is_due(const struct worker *worker, const struct connection *connection,
			      uint64_t now_ns);

/* Whether a message is between its first header field and its answer. */
static inline bool deadline_is_in_content(const struct connection *connection)
{
	return connection->dialog->arena || connection->dialog->session.turned_away;
}

#endif
