/* SPDX-License-Identifier: Apache-2.0 */
/*
 * escape - bytes of a message as text that is harmless to show.
 *
 * \xHH stands for all that is not printable ASCII, for the blank and for the backslash; "..." at
 * the end says that there was more.
 */
#ifndef EXOGATE_ESCAPE_H
#define EXOGATE_ESCAPE_H

#include "outbuf.h"

/* Appends the first max bytes of the value, which take up to four times as many, and three. */
void escape_put(struct outbuf *out, struct span value, size_t max);

/* As much of the value as fits, and a NUL; size is at least 4. */
void escape_copy(struct span value, char *out, size_t size);

#endif
