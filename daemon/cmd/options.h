/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options - the command line's options: one table is parser and help.
 */
#ifndef EXOGATE_OPTIONS_H
#define EXOGATE_OPTIONS_H

#include <stdio.h>

#include "invocation.h"

#define OPTIONS_DEFAULT_SETTINGS "/etc/exogate/exogate.conf"

/* Commands that have options of their own, as bits. */
enum options_command {
	OPTIONS_SERVE = 1 << 0,
	OPTIONS_STATUS = 1 << 1,
	OPTIONS_EXPLAIN = 1 << 2,
	OPTIONS_OTHERS = 1 << 3,
};

enum options_wish {
	OPTIONS_RUN,
	OPTIONS_HELP,
	OPTIONS_VERSION,
	OPTIONS_WRONG, /* after a line on standard error */
};

struct options {
	struct invocation invocation; /* arguments: all that is no option, the command first */
	unsigned int given;	      /* bits of the rows that were given */
};

/* Reads argv, which the result points into; options_free() frees, whatever was returned. */
enum options_wish options_parse(int argc, char **argv, struct options *out);
void options_free(struct options *options);

/* The first option given that is not for the command; NULL: none. */
const char *options_misplaced(const struct options *options, enum options_command command);

/* Lists the options, a line each and more for what does not fit in one. */
void options_help(FILE *out);

#endif
