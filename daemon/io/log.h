/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log - what the daemon says about itself and about each message, on standard error.
 *
 * What is written with one write(2) ends with a line, so that lines of several processes do not
 * mix.  Nobody waits for who reads it (log_sink.h).  Bytes that come from a message are escaped
 * (\xHH for all that is not printable ASCII, and for the backslash) and capped.
 */
#ifndef EXOGATE_LOG_H
#define EXOGATE_LOG_H

#include <stdint.h>

#include "session.h"

/* "exogated: " and the text. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Lines of one thread that are written together: as many as a pipe takes whole (PIPE_BUF). */
#define LOG_LINES_BYTES 4096

struct log_lines {
	size_t len;
	char bytes[LOG_LINES_BYTES];
};

/* Adds what log_message() would write; without room it writes those before it. */
void log_lines_add(struct log_lines *lines, const struct session_answer *answer,
		   uint64_t duration_ns);

/* Writes what has been added, with one write(2). */
void log_lines_write(struct log_lines *lines);

/*
 * The one line of a judged message, if its policy wants one (log_messages); its form is stable,
 * scripts read it: QUEUEID: verdict=... reason=... tenant=... from=... client=... proofs=...
 * msgid=... netid=... ms=... and what exogated(8) lists beside.  "noqueue" stands for a queue id
 * that the MTA did not give, "-" for what is not known.  ms is the time from the last bytes of the
 * message to its answer.
 */
void log_message(const struct session_answer *answer, uint64_t duration_ns);

#endif
