/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cidr_file - the operator's own prefixes, from a text file: one a line, # begins a comment.
 *
 * Refused: what is no prefix, has bits set beyond its length, is so short that it would admit much
 * of the Internet (PREFIX_OPERATOR_MIN4 and 6), or lies over LIST_PREFIXES_MAX.
 */
#ifndef EXOGATE_CIDR_FILE_H
#define EXOGATE_CIDR_FILE_H

#include "list.h"

#define CIDR_FILE_ERROR_SIZE 320

/* One prefix as the operator writes it; NULL, or what is wrong with it. */
const char *cidr_read(const char *text, size_t len, struct prefix *out);

/* Adds a text's prefixes to the list.  Returns 0, or -1 with "line N: ..." in err. */
int cidr_file_parse(const char *text, size_t len, struct list *list,
		    char err[CIDR_FILE_ERROR_SIZE]);

/* The same for a file, after whose name err begins. */
int cidr_file_read(const char *path, struct list *list, char err[CIDR_FILE_ERROR_SIZE]);

#endif
