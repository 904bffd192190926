/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve_uring - the milter engine: many connections on one io_uring and one thread.
 *
 * Each connection has one operation in flight at most: the dialog (core/dialog.h) says which.  All
 * memory is had before the first connection is accepted.  A connection that finds no free slot is
 * closed at once.  A message that finds no free arena waits, and its MTA with it: that slows mail
 * down, where an answer of 451 would send it away to come back all at once.
 *
 * A connection that is silent for too long is closed.  In the middle of a message that takes far
 * longer: Postfix says nothing between the recipients and the end of DATA, however slow the client.
 */
#ifndef EXOGATE_SERVE_URING_H
#define EXOGATE_SERVE_URING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "policy.h"

struct serve_options {
	const struct policy *policy;
	const int *listeners; /* listening, non-blocking or not; stay the caller's */
	size_t n_listeners;
	int stop_signal;      /* a signalfd: readable means to stop */
	size_t connections;   /* at once; below RING_SLOTS_MAX */
	size_t messages;      /* at once */
	size_t message_bytes; /* that one message may keep: its header and what is made of it */
	unsigned int idle_s;  /* between messages */
	unsigned int message_idle_s; /* in the middle of one */
};

struct server;

/*
 * Acquires all that serving needs.  NULL after one line on errors, and then nothing is held.
 */
struct server *serve_open(const struct serve_options *options, FILE *errors);

/*
 * Serves until the stop signal, then finishes the messages that are under way, for some seconds at
 * most: what is not finished its MTA will retry.  False after a line in the log if the ring fails.
 */
bool serve_run(struct server *server);

void serve_close(struct server *server);

#endif
