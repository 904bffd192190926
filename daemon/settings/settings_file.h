/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_file - the text of the settings, and whether libconfig may be given it.
 *
 * libconfig says little of a file that it cannot open, reads a string without end up to the end of
 * the file, and ends the process over a directory ("input in flex scanner failed"); so it is given
 * text, and only after this module has gone over it and over what `@include` names.  Included paths
 * are absolute: libconfig would look for others where the daemon happens to run.
 *
 * Refused too is what libconfig silently takes for something else: strings without a comma between
 * them (it joins them), \x00 in a string (it ends there), numbers of more than 32 bits (they wrap).
 */
#ifndef EXOGATE_SETTINGS_FILE_H
#define EXOGATE_SETTINGS_FILE_H

#include "settings_report.h"

#define SETTINGS_FILE_DEPTH 10 /* of nested includes, as in libconfig */

/* The text of a file that text_file.h takes, for the caller to free(); NULL, and *why says why. */
char *settings_file_text(const char *path, const char **why);

/* False after at least one error on the report, whose path the text is called by. */
bool settings_file_check(struct settings_report *report, const char *text);

#endif
