/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_file - the text of a file that the operator names, and pieces of it in messages.
 *
 * A daemon that reads its settings anew must not wait for a named pipe that nobody writes to, so
 * only regular files are opened, and pipes without a name: standard input, and what a shell makes
 * of <(command).  Those have a writer, and end when it does.
 */
#ifndef EXOGATE_TEXT_FILE_H
#define EXOGATE_TEXT_FILE_H

#include <stddef.h>
#include <stdio.h>

/* For the caller to fclose(); NULL, and *why says why. */
FILE *text_file_open(const char *path, const char **why);

/* All of the file, on the heap and without a NUL; NULL, and *why says why, such as that it has more
 * than max bytes. */
char *text_file_read(const char *path, size_t max, size_t *len, const char **why);

/* Hostile text as it may be printed: in one line, without control bytes, and no more than fits into
 * the size with its NUL.  Returns quoted. */
const char *text_file_quote(const char *text, size_t len, char *quoted, size_t size);

#endif
