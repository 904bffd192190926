/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output - a file that is replaced as a whole: whoever reads it finds the old one or the new one.
 *
 * What is written goes to a file beside it, which takes its place, mode and owner once it is on the
 * disk.  Those that return an int return 0, or -1 after a line that says what is wrong.
 */
#ifndef EXOGATE_OUTPUT_H
#define EXOGATE_OUTPUT_H

#include <limits.h>
#include <stdio.h>

struct output {
	FILE *stream; /* to write to */
	char path[PATH_MAX], beside[PATH_MAX];
};

/* The path is that of a regular file (what a symbolic link leads to), or of none yet.  On success
 * output_commit() or output_abandon() must follow. */
int output_open(const char *path, struct output *out);

/* Puts what was written in the place of the old file.  On failure that is left as it was. */
int output_commit(struct output *output);

void output_abandon(struct output *output);

#endif
