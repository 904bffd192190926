// SPDX-License-Identifier: Apache-2.0
#include "option.h"

#include <stdio.h>
#include <stdlib.h>

bool option_read(int argc, char **argv, const struct option_set *set, void *options, int *status)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, set->letters, set->names, NULL)) != -1) {
		if (option == 'h') {
			set->print_usage();
			*status = EXIT_SUCCESS;
			return false;
		}
		*status = OPTION_EXIT_USAGE;
		if (option == '?')
			option_misused("unknown or incomplete option", argv[optind - 1]);
		if (option == '?' || !set->take(options, option))
			return false;
	}
	return true;
}

bool option_count(const char *name, const char *text, unsigned int most, unsigned int *out)
{
	char *stop;
	unsigned long n = strtoul(text, &stop, 10);

	if (*text < '0' || *text > '9' || *stop || n == 0 || n > most) {
		fprintf(stderr, "exogate-bench: --%s takes a number from 1 to %u\n", name, most);
		return false;
	}
	*out = (unsigned int)n;
	return true;
}

int option_misused(const char *what, const char *which)
{
	fprintf(stderr, "exogate-bench: %s \"%s\"; see exogate-bench --help\n", what, which);
	return OPTION_EXIT_USAGE;
}
