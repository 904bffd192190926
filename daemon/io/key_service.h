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
struct key_question;

/* Starts the thread.  NULL after one line on errors.  It lasts as long as the process. */
struct key_service *key_service_open(const struct resolver_options *options, FILE *errors);

/* Has the name, which is copied, asked for.  NULL without memory. */
struct key_question *key_service_ask(struct key_service *service, struct span name,
				     enum dkim_care care);

/*
 * Its answer, valid until the question is forgotten; NULL if there is none at that time of the
 * monotonic clock.
 */
const struct dns_answer *key_service_wait(struct key_question *question, uint64_t until_ns);

/* Ends a question, whether it is answered or not.  NULL does nothing. */
void key_service_forget(struct key_question *question);

#endif
