/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_lines - a file of lines that a setting names, such as of secrets or of moves.
 */
#ifndef EXOGATE_SETTINGS_LINES_H
#define EXOGATE_SETTINGS_LINES_H

#include "settings_context.h"
#include "settings_value.h"

/* Takes a line, of which n is the number from 1; the text is gone when it returns. */
typedef void settings_line(void *reader, unsigned int n, struct span text);

/*
 * Reads the file, which text_file.h takes, from its beginning; false after an error on the
 * report, of a file that cannot be opened or not be read to its end.
 */
bool settings_lines_read(struct settings_context *context, const struct settings_value *path,
			 settings_line *take, void *reader);

#endif
