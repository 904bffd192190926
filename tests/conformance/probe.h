/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe - asks a parser of the core one question a line, for tests written in Python.
 *
 * A question on standard input is a verb and its arguments in hexadecimal ("-" is the empty one);
 * the answer is one JSON object a line, with spans in hexadecimal.  A malformed question is the
 * test's bug and ends the program with status 2.
 */
#ifndef EXOGATE_PROBE_H
#define EXOGATE_PROBE_H

#include <stdio.h>
#include <stdlib.h>

#include "span.h"

struct probe_question {
	struct span verb;
	struct span a;
	struct span b;
};

static inline void probe_fail(const char *what)
{
	fprintf(stderr, "probe: %s\n", what);
	exit(2);
}

static inline int probe_digit(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

	if (!at)
		probe_fail("not a hexadecimal digit");
	return (int)(at - digits);
}

/* The bytes in memory of exactly their size, so that the sanitizer sees a read past the end. */
static inline struct span probe_decode(const char *hex)
{
	size_t len = !hex || !strcmp(hex, "-") ? 0 : strlen(hex) / 2;
	char *bytes = malloc(len ? len : 1);

	if (!bytes)
		probe_fail("out of memory");
	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(probe_digit(hex[2 * i]) << 4 | probe_digit(hex[2 * i + 1]));
	return span_of(bytes, len);
}

static inline void probe_put(const char *name, struct span s)
{
	printf("\"%s\": \"", name);
	for (size_t i = 0; i < s.len; i++)
		printf("%02x", (unsigned char)s.p[i]);
	putchar('"');
}

/* Answers every question on standard input; the program's whole main(). */
static inline int probe_run(void (*answer)(const struct probe_question *question))
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		struct probe_question question;
		const char *verb = strtok(line, " \n");

		question.verb = span_of_string(verb ? verb : "");
		question.a = probe_decode(strtok(NULL, " \n"));
		question.b = probe_decode(strtok(NULL, " \n"));
		answer(&question);
		putchar('\n');
		fflush(stdout);
		free((void *)question.a.p);
		free((void *)question.b.p);
	}
	free(line);
	return 0;
}

#endif
