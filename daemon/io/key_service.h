/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_service - a resolver (resolver.h) for many threads: one thread of its own asks, others wait.
 *
 * For the engine whose threads each serve one connection and may block.
 */
#ifndef EXOGATE_KEY_SERVICE_H
#define EXOGATE_KEY_SERVICE_H

#include "resolver.h"

struct key_service;

/* One question, from key_service_ask() to key_service_wait(). */
struct key_question {
	struct resolver_waiter waiter; /* the first member; the service's */
	struct key_service *service;
	struct key_question *next;
	struct span name; /* lives until the wait is over */
	enum dkim_care care;
	bool told;
	struct dns_answer answer; /* its texts lie in `texts` */
	struct outbuf texts;
};

/* Starts the thread.  NULL after one line on errors.  It lasts as long as the process. */
struct key_service *key_service_open(const struct resolver_options *options, FILE *errors);

/* Has it asked; `texts` is room for the answer, which is DNS_UNREADABLE if it does not suffice. */
void key_service_ask(struct key_service *service, struct key_question *question, struct span name,
		     enum dkim_care care, struct outbuf texts);

/* Returns once it is answered. */
void key_service_wait(struct key_question *question);

#endif
