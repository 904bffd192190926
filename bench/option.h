/* SPDX-License-Identifier: Apache-2.0 */
/*
 * option - what the command lines of all commands have in common.
 */
#ifndef EXOGATE_OPTION_H
#define EXOGATE_OPTION_H

#include <getopt.h>
#include <stdbool.h>

#define OPTION_EXIT_USAGE 2

/* The options of a command; --help, -h, is one of them. */
struct option_set {
	const char *letters; /* as getopt_long() takes them */
	const struct option *names;
	void (*print_usage)(void);
	/* Notes one in the command's own structure; false if it is misused, which has been said. */
	bool (*take)(void *options, int option);
};

/*
 * Reads all options, and leaves optind at the first argument.  False if the command is to end, with
 * *status: help was asked for, or they were misused.
 */
bool option_read(int argc, char **argv, const struct option_set *set, void *options, int *status);

/*
 * Reads a decimal number from 1 to most; false, *out untouched, and a line that names the option
 * (--NAME) on standard error, if it is none.
 */
bool option_count(const char *name, const char *text, unsigned int most, unsigned int *out);

/* Says on standard error what is wrong with which argument; the exit status of wrong usage. */
int option_misused(const char *what, const char *which);

#endif
