/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_file - a file's text as a whole, and pieces of it in messages.
 */
#ifndef EXOGATE_TEXT_FILE_H
#define EXOGATE_TEXT_FILE_H

#include <stddef.h>

/* All of the file, at most max bytes, on the heap and without a NUL; NULL with errno, which is
 * EFBIG if it has more. */
char *text_file_read(const char *path, size_t max, size_t *len);

/* Hostile text as it may be printed: in one line, without control bytes, and no more than fits into
 * the size with its NUL.  Returns quoted. */
const char *text_file_quote(const char *text, size_t len, char *quoted, size_t size);

#endif
