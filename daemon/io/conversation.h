/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conversation - what a worker does for one connection: lets its dialog go on, and does what the
 * dialog wants.
 *
 * From its beginning to its end a connection has exactly one operation in flight: it receives, it
 * sends, or, waiting for an arena or for keys, it watches whether the peer is still there.  So to
 * end it is to shut the socket down, which completes that operation, whose completion closes it.
 *
 * A message that finds no free arena waits, and its MTA with it: that slows mail down, where an
 * answer of 451 would send it away to come back all at once.  It waits for limits.message_wait at
 * most, which ought to be less than what the MTA allows the content of a message (Postfix 300 s,
 * from each write or read to the next; its 30 s are for the stages before): then it is deferred.
 * A message whose signatures need keys waits for them, too, and is judged without those that have
 * not come by then.  PROGRESS packets meanwhile show an MTA that has sent all, and has set less,
 * that it is not forgotten.
 *
 * A connection that is silent for too long is closed.  In the middle of a message that takes far
 * longer: Postfix says nothing between the recipients and the end of DATA, however slow the client.
 * Then it sends the content at once: from the first of it to the last of the answer, as long as an
 * arena is lent, limits.idle is the limit of all, whether it is silent or not.
 */
#ifndef EXOGATE_CONVERSATION_H
#define EXOGATE_CONVERSATION_H

#include "worker.h"

/* Takes over fd; closes it at once if that would be one connection too many. */
void conversation_open(struct worker *worker, int fd);

/* Completions of a connection's operation, with its result. */
void conversation_received(struct worker *worker, struct connection *connection, int result);
void conversation_sent(struct worker *worker, struct connection *connection, int result);
void conversation_watched(struct worker *worker, struct connection *connection);

/* An answer to the dialog's questions has come (conversation_keys.h). */
void conversation_told(struct worker *worker, struct connection *connection);

/* Lends arenas that have come back to those who wait. */
void conversation_resume(struct worker *worker);

/* Looks at the connections whose limit may be over. */
void conversation_tick(struct worker *worker, uint64_t now_ns);

/* The daemon is to stop: from now on the limits of serve.h hold, too. */
void conversation_stop_all(struct worker *worker, uint64_t now_ns);

#endif
