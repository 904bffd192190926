/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options - the command line as a struct; one table is parser and help.
 */
#ifndef EXOGATE_OPTIONS_H
#define EXOGATE_OPTIONS_H

#include "list_export.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#define OPTIONS_INTERFACES_MAX 32
#define OPTIONS_CONFIRM_MAX_S  86400
#define OPTIONS_TOP_MAX	       16384

/* Commands, as bits: each option names those that it belongs to. */
enum options_command {
	OPTIONS_ATTACH = 1 << 0,
	OPTIONS_DETACH = 1 << 1,
	OPTIONS_CONFIRM = 1 << 2,
	OPTIONS_STATUS = 1 << 3,
	OPTIONS_DROPS = 1 << 4,
	OPTIONS_WATCH = 1 << 5,
	OPTIONS_ACL_SHOW = 1 << 6,
	OPTIONS_ACL_DIFF = 1 << 7,
	OPTIONS_ACL_APPLY = 1 << 8,
	OPTIONS_ACL_CHECK = 1 << 9,
	OPTIONS_ACL_EXPORT = 1 << 10,
};

enum options_mode {
	OPTIONS_MODE_AUTO,
	OPTIONS_MODE_NATIVE,
	OPTIONS_MODE_GENERIC,
};

struct options {
	const char *arguments[OPTIONS_INTERFACES_MAX]; /* interfaces, a file or an address */
	size_t n_arguments;
	const char *interface; /* of acl commands: this one's list alone; NULL: all */
	const char *acl;       /* Microsoft's endpoint list; NULL: not given */
	char bpffs[PATH_MAX];  /* absolute */
	enum options_mode mode;
	unsigned instance; /* enum instance_id */
	bool instance_given;
	struct list allow; /* the operator's prefixes */
	bool allow_given;
	bool relay_pool; /* admit Microsoft's relay pool too */
	struct exogate_config config;
	bool force;	    /* past what may be an accident */
	bool libxdp;	    /* join libxdp's dispatcher */
	unsigned confirm_s; /* undone after so many seconds, unless confirmed; 0: it stays */
	unsigned top;	    /* how many rows */
	enum list_format format;
	bool format_given;
	const char *output; /* the file to export to; NULL: standard output */
	unsigned sources;   /* bits 1 << enum exogate_source; 0: all */
	bool json;
};

/*
 * Reads the arguments after the command; out points into them, and its list is for options_free(),
 * on failure too.  Returns 0, or -1 after a line that says what is wrong (a usage error).
 */
int options_parse(int argc, char **argv, enum options_command command, struct options *out);
void options_free(struct options *options);

/* Lists the options of a command, a line each. */
void options_help(FILE *stream, enum options_command command);

#endif
