/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bytes - a growing byte string, for what is composed before anything is measured.  Memory errors
 * end the bench.
 */
#ifndef EXOGATE_BYTES_H
#define EXOGATE_BYTES_H

#include <stdbool.h>
#include <stddef.h>

struct bytes {
	char *p;
	size_t len;
	size_t size;
};

/* An empty one is all zeros; the owner frees p. */
void bytes_put(struct bytes *bytes, const void *p, size_t len);
void bytes_put_string(struct bytes *bytes, const char *s); /* without its NUL */

/* Appends a whole file; false with errno if it cannot be read. */
bool bytes_put_file(struct bytes *bytes, const char *path);

#endif
