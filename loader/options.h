/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options - the command line as a struct; one table is parser and help.
 */
#ifndef EXOGATE_OPTIONS_H
#define EXOGATE_OPTIONS_H

#include "prefix.h"

#include <stdbool.h>
#include <stdio.h>

#define OPTIONS_INTERFACES_MAX 32
#define OPTIONS_ALLOW_MAX      1024

/* Commands, as bits: each option names those that it belongs to. */
enum options_command {
	OPTIONS_ATTACH = 1,
	OPTIONS_DETACH = 2,
	OPTIONS_STATUS = 4,
};

enum options_mode {
	OPTIONS_MODE_AUTO,
	OPTIONS_MODE_NATIVE,
	OPTIONS_MODE_GENERIC,
};

struct options {
	const char *interfaces[OPTIONS_INTERFACES_MAX];
	size_t n_interfaces;
	struct prefix allow[OPTIONS_ALLOW_MAX];
	size_t n_allow;
	const char *acl;
	const char *bpffs;
	enum options_mode mode;
	bool relay_pool; /* admit Microsoft's relay pool too */
	bool json;
};

/*
 * Reads the arguments after the command; out points into them.  Returns 0, or -1 after a line that
 * says what is wrong (a usage error).
 */
int options_parse(int argc, char **argv, enum options_command command, struct options *out);

/* Lists the options of a command, a line each. */
void options_help(FILE *stream, enum options_command command);

#endif
