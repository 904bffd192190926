// SPDX-License-Identifier: Apache-2.0
#include "key_service.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "log.h"
#include "resolver_poll.h"

struct key_service {
	struct resolver_poll poll; /* the thread's */
	int wake;		   /* an eventfd: there are new questions */
	pthread_mutex_t lock;	   /* of what follows, and of the answers */
	pthread_cond_t told;
	struct key_question *new;
};

/* --- the thread ------------------------------------------------------------------------------- */

/* The spans come to lie in the question's own room, one after the other. */
static void copy_answer(struct key_question *q, const struct dns_answer *answer)
{
	q->answer = *answer;
	for (size_t i = 0; i < answer->n; i++) {
		q->answer.texts[i].p = q->texts.p + q->texts.len;
		outbuf_put(&q->texts, answer->texts[i]);
	}
	if (!outbuf_ok(&q->texts))
		q->answer = (struct dns_answer){ .status = DNS_UNREADABLE };
}

static void tell(struct key_question *q, const struct dns_answer *answer)
{
	struct key_service *service = q->service;

	pthread_mutex_lock(&service->lock);
	copy_answer(q, answer);
	q->told = true;
	pthread_cond_broadcast(&service->told);
	pthread_mutex_unlock(&service->lock);
}

static void on_told(struct resolver_waiter *waiter, const struct dns_answer *answer)
{
	tell((struct key_question *)(void *)waiter, answer);
}

static struct key_question *take_questions(struct key_service *service)
{
	struct key_question *questions;
	uint64_t ignored;

	if (read(service->wake, &ignored, sizeof(ignored)) < 0)
		log_line("eventfd: %s", strerror(errno));
	pthread_mutex_lock(&service->lock);
	questions = service->new;
	service->new = NULL;
	pthread_mutex_unlock(&service->lock);
	return questions;
}

static void ask_all(struct key_service *service, struct key_question *q)
{
	while (q) {
		struct key_question *next = q->next; /* once told, it may be gone */
		const struct dns_answer *known;

		known = resolver_ask(service->poll.resolver, q->name, q->care, &q->waiter);
		if (known)
			tell(q, known);
		q = next;
	}
}

static void *run(void *arg)
{
	struct key_service *service = arg;

	pthread_setname_np(pthread_self(), "resolver");
	while (true)
		if (resolver_poll_wait(&service->poll, service->wake))
			ask_all(service, take_questions(service));
	return NULL;
}

/* --- what others call ------------------------------------------------------------------------- */

/* Signals are for other threads. */
static int start_thread(struct key_service *service)
{
	sigset_t all, before;
	pthread_t thread;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, NULL, run, service);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

struct key_service *key_service_open(const struct resolver_options *options, FILE *errors)
{
	struct key_service *service = calloc(1, sizeof(*service));
	int error = ENOMEM;

	if (service && !resolver_poll_open(&service->poll, options, errors)) {
		free(service);
		return NULL;
	}
	if (service) {
		pthread_mutex_init(&service->lock, NULL);
		pthread_cond_init(&service->told, NULL);
		service->wake = eventfd(0, EFD_CLOEXEC);
		error = service->wake < 0 ? errno : start_thread(service);
	}
	if (!error)
		return service;
	fprintf(errors, "exogated: cannot start the thread that asks DNS: %s\n", strerror(error));
	if (service) {
		resolver_poll_close(&service->poll);
		free(service);
	}
	return NULL;
}

void key_service_ask(struct key_service *service, struct key_question *q, struct span name,
		     enum dkim_care care, struct outbuf texts)
{
	*q = (struct key_question){
		.waiter.told = on_told,
		.service = service,
		.name = name,
		.care = care,
		.texts = texts,
	};
	pthread_mutex_lock(&service->lock);
	q->next = service->new;
	service->new = q;
	pthread_mutex_unlock(&service->lock);
	if (eventfd_write(service->wake, 1))
		log_line("eventfd: %s", strerror(errno));
}

void key_service_wait(struct key_question *q)
{
	pthread_mutex_lock(&q->service->lock);
	while (!q->told)
		pthread_cond_wait(&q->service->told, &q->service->lock);
	pthread_mutex_unlock(&q->service->lock);
}
