// SPDX-License-Identifier: Apache-2.0
/*
 * probe_resolver SERVERS TIMEOUT_MS ANSWERS MESSAGES - asks what standard input says, and prints
 * what is told.  SERVERS may be empty: the host's.
 *
 *	ask NAME...	asks for all of them at once, and waits until all are told: a line each, in
 *			the order in which they were told: NAME known|told STATUS TEXT...
 *	others NAME...	the same, for a signature that nobody cares for
 *	authors NAME...	the same, for an author's
 *	forget NAME...	asks, and waits no more
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "resolver_poll.h"

#define NAMES_MAX 2000

struct question {
	struct resolver_waiter waiter; /* the first member */
	char name[DNS_NAME_MAX + 8];
};

static struct resolver_poll asked;
static struct question questions[NAMES_MAX];
static size_t n_waiting;

static void print_answer(const char *name, const char *how, const struct dns_answer *answer)
{
	printf("%s %s %s", name, how, dns_status_word(answer->status));
	for (size_t i = 0; i < answer->n; i++)
		printf(" %.*s", (int)answer->texts[i].len, answer->texts[i].p);
	putchar('\n');
}

static void on_told(struct resolver_waiter *waiter, const struct dns_answer *answer)
{
	print_answer(((const struct question *)(const void *)waiter)->name, "told", answer);
	n_waiting--;
}

static enum dkim_care care_of(const char *verb)
{
	if (!strcmp(verb, "others"))
		return DKIM_CARE_NOBODY;
	return strcmp(verb, "authors") ? DKIM_CARE_TENANT : DKIM_CARE_AUTHOR;
}

static void ask(struct question *q, const char *name, enum dkim_care care)
{
	const struct dns_answer *known;

	*q = (struct question){ .waiter.told = on_told };
	snprintf(q->name, sizeof(q->name), "%s", name);
	known = resolver_ask(asked.resolver, span_of_string(q->name), care, &q->waiter);
	if (known)
		print_answer(name, "known", known);
	else
		n_waiting++;
}

static void forget(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		n_waiting -= questions[i].waiter.link != NULL;
		resolver_forget(&questions[i].waiter);
	}
}

static void obey(char *line)
{
	char *rest, *verb = strtok_r(line, " \n", &rest), *name;
	size_t n = 0;

	while ((name = strtok_r(NULL, " \n", &rest)) && n < NAMES_MAX)
		ask(&questions[n++], name, care_of(verb));
	if (verb && !strcmp(verb, "forget"))
		forget(n);
	while (n_waiting)
		resolver_poll_wait(&asked, -1);
	puts("done");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static char line[NAMES_MAX * 64];
	struct resolver_options options;

	if (argc != 5)
		return 2;
	options = (struct resolver_options){
		.servers = *argv[1] ? argv[1] : NULL,
		.timeout_ms = (uint32_t)strtoul(argv[2], NULL, 10),
		.answers_max = strtoul(argv[3], NULL, 10),
		.messages_max = strtoul(argv[4], NULL, 10),
	};
	if (!resolver_poll_open(&asked, &options, stderr))
		return 1;
	while (fgets(line, sizeof(line), stdin))
		obey(line);
	resolver_poll_close(&asked);
	return 0;
}
