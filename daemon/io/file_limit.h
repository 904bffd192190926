/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_limit - how many connections the limit of open files allows.
 */
#ifndef EXOGATE_FILE_LIMIT_H
#define EXOGATE_FILE_LIMIT_H

#include <stddef.h>
#include <stdio.h>

/*
 * Raises the soft limit as far as it is needed and allowed, for connections and other files that
 * are about to be opened.  Returns how many of the wanted connections it then allows, after a line
 * in the log if these are fewer; 0 after a line on errors if it is too low for any.
 */
size_t file_limit_raise(size_t connections, size_t others, FILE *errors);

/* What to raise so that there can be more connections, where so many of the wanted are allowed. */
static inline const char *file_limit_to_raise(size_t allowed, size_t wanted)
{
	return allowed < wanted ? "LimitNOFILE" : "limits.connections";
}

#endif
