/* SPDX-License-Identifier: Apache-2.0 */
/*
 * readable - hostile bytes as text that a terminal and a JSON reader can be given.
 *
 * What is not valid UTF-8, and control characters (of C0 but LF and tab, of C1, and DEL), become
 * \xNN a byte.
 */
#ifndef EXOGATE_READABLE_H
#define EXOGATE_READABLE_H

#include "outbuf.h"
#include "span.h"

#include <stdio.h>

/* The most that a value of so many bytes can become. */
#define READABLE_BYTES(len) (4 * (len))

void readable_put(struct outbuf *out, struct span value);

/* Writes value in one line, blanks of a fold as one, cut at max bytes with "...". */
void readable_line(FILE *out, struct span value, size_t max);

#endif
