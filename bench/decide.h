/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide - the CPU time of the functional core for one message.
 *
 * The bytes of a whole milter conversation about one message are fed to core/dialog.h again and
 * again; nothing is read, written or looked up meanwhile, so that what is measured is the price of
 * judging alone.  Timings are this thread's CPU time; the median of DECIDE_RUNS is what to quote.
 */
#ifndef EXOGATE_DECIDE_H
#define EXOGATE_DECIDE_H

#include "stream.h"

#define DECIDE_RUNS		7
#define DECIDE_MESSAGES_DEFAULT 20000u
#define DECIDE_MESSAGES_MAX	10000000u

struct decide_options {
	const char *settings;
	const char *message;
	struct stream_envelope envelope;
	unsigned int messages; /* in each run */
};

/* Prints the verdict, so that it is clear what was measured, and the figures; an exit status. */
int decide_run(const struct decide_options *options);

#endif
