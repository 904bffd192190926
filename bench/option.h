/* SPDX-License-Identifier: Apache-2.0 */
/*
 * option - what the command lines of all commands have in common.
 */
#ifndef EXOGATE_OPTION_H
#define EXOGATE_OPTION_H

#include <stdbool.h>

#define OPTION_EXIT_USAGE 2

/* Where reading a command's options stands; the caller goes on while it is OPTION_ON. */
enum option_step {
	OPTION_ON,
	OPTION_DONE, /* all that was asked for is printed */
	OPTION_MISUSED,
};

/*
 * Reads a decimal number from 1 to most; *out is untouched, and a line that names the option
 * (--NAME) is on standard error, if it is none.
 */
enum option_step option_count(const char *name, const char *text, unsigned int most,
			      unsigned int *out);

/* Says on standard error what is wrong with which argument; the exit status of wrong usage. */
int option_misused(const char *what, const char *which);

#endif
