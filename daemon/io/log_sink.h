/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_sink - standard error, without ever waiting for who reads it.
 *
 * A reader that stalls (a stopped journald, a pipe that nobody empties) must not stop mail.  What
 * it does not take at once is lost, counted, and the number written before the next line that it
 * takes.  What the pipe or socket itself holds is the buffer.
 *
 * Others hold the same open file, so that it is not set to O_NONBLOCK: a pipe or terminal is opened
 * anew, a socket is asked each time.
 */
#ifndef EXOGATE_LOG_SINK_H
#define EXOGATE_LOG_SINK_H

#include <stddef.h>
#include <stdint.h>

/*
 * To be called once, before there are other threads or processes, which share the count of what is
 * lost.  Until then, and where a pipe cannot be opened anew, two that write at once may wait.
 */
void log_sink_open(void);

/* Whole lines, at most PIPE_BUF bytes: all of them are written, or none.  From any thread. */
void log_sink_write(const char *lines, size_t len);

/* Lines since the start, of all processes. */
uint64_t log_sink_lost(void);

#endif
