/* SPDX-License-Identifier: Apache-2.0 */
/*
 * driver - load on one milter: many clients on one thread, and what came of it.
 *
 * Closed loop: each connection sends its next message when it has the answer to the last.  Open
 * loop: messages become due at random moments (Poisson) at a given rate, whatever the milter does,
 * and how late one is sent counts as its latency.
 */
#ifndef EXOGATE_DRIVER_H
#define EXOGATE_DRIVER_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include "corpus.h"
#include "histogram.h"
#include "stream.h"

struct driver_options {
	const char *name;   /* of the milter */
	const char *socket; /* path */
	const struct corpus *corpus;
	const struct stream_envelope *envelope;
	bool judges;				/* false: it must accept all that it is sent */
	unsigned int connections;		/* that send messages */
	unsigned int held;			/* that are open all the time and say nothing */
	unsigned int messages_per_connection;	/* then QUIT, and a new connection */
	const volatile sig_atomic_t *interrupt; /* not 0: give up */
};

struct driver_result {
	uint64_t messages;
	uint64_t wrong; /* of these: other verdicts than the expected ones */
	uint64_t wall_ns;
	struct histogram latency; /* from when a message is due to its verdict; a new connection's
				     first message is due before it connects */
	char first_wrong[128];
};

struct driver;

/*
 * Connects, negotiates, and opens the held connections.  NULL after a line on errors.
 */
struct driver *driver_open(const struct driver_options *options, FILE *errors);

/*
 * Sends messages for so long, waits for the last answers, and closes the connections that sent.
 * rate is in messages a second, 0 for a closed loop.  False after a line on errors if the milter
 * breaks the protocol, does not answer for DRIVER_PATIENCE_S, or at an interrupt.
 */
bool driver_run(struct driver *driver, uint64_t duration_ns, double rate, struct driver_result *out,
		FILE *errors);

#define DRIVER_PATIENCE_S 20

/* NULL does nothing. */
void driver_close(struct driver *driver);

#endif
