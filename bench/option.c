// SPDX-License-Identifier: Apache-2.0
#include "option.h"

#include <stdio.h>
#include <stdlib.h>

enum option_step option_count(const char *name, const char *text, unsigned int most,
			      unsigned int *out)
{
	char *stop;
	unsigned long n = strtoul(text, &stop, 10);

	if (*text < '0' || *text > '9' || *stop || n == 0 || n > most) {
		fprintf(stderr, "exogate-bench: --%s takes a number from 1 to %u\n", name, most);
		return OPTION_MISUSED;
	}
	*out = (unsigned int)n;
	return OPTION_ON;
}

int option_misused(const char *what, const char *which)
{
	fprintf(stderr, "exogate-bench: %s \"%s\"; see exogate-bench --help\n", what, which);
	return OPTION_EXIT_USAGE;
}
