// SPDX-License-Identifier: Apache-2.0
#include "key_service.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "resolver_poll.h"

/* Until it is answered or forgotten, the thread may know it; then it belongs to who asked. */
struct key_question {
	struct resolver_waiter waiter; /* the first member; the thread's */
	struct key_service *service;
	struct key_question *next, *next_forgotten;
	enum {
		QUESTION_NEW,
		QUESTION_ASKED,
		QUESTION_TOLD,
	} state;
	bool forgotten;
	struct dns_answer answer;
	char *texts; /* what the answer's spans point to, or NULL */
	enum dkim_care care;
	size_t name_len;
	char name[];
};

struct key_service {
	struct resolver_poll poll; /* the thread's */
	int wake;		   /* an eventfd: there are questions for the thread */
	pthread_mutex_t lock;	   /* of what follows, and of the questions' states and answers */
	pthread_cond_t told;
	struct key_question *new, *forgotten;
};

static void free_question(struct key_question *q)
{
	free(q->texts);
	free(q);
}

static void wake(struct key_service *service)
{
	if (eventfd_write(service->wake, 1))
		log_line("eventfd: %s", strerror(errno));
}

/* --- the thread ------------------------------------------------------------------------------- */

static void copy_answer(struct key_question *q, const struct dns_answer *answer)
{
	q->texts = malloc(dns_answer_bytes(answer) + 1);
	q->answer = q->texts ? *answer : (struct dns_answer){ .status = DNS_FAILED };
	dns_answer_copy_texts(&q->answer, q->texts);
}

static void tell(struct key_question *q, const struct dns_answer *answer)
{
	struct key_service *service = q->service;

	pthread_mutex_lock(&service->lock);
	copy_answer(q, answer);
	q->state = QUESTION_TOLD;
	pthread_cond_broadcast(&service->told);
	pthread_mutex_unlock(&service->lock);
}

static void on_told(struct resolver_waiter *waiter, const struct dns_answer *answer)
{
	tell((struct key_question *)(void *)waiter, answer);
}

/* Those that are new and not forgotten yet. */
static struct key_question *take_new(struct key_service *service)
{
	struct key_question *questions = NULL, *q;

	pthread_mutex_lock(&service->lock);
	while ((q = service->new)) {
		service->new = q->next;
		if (q->forgotten) {
			free_question(q);
			continue;
		}
		q->state = QUESTION_ASKED;
		q->next = questions;
		questions = q;
	}
	pthread_mutex_unlock(&service->lock);
	return questions;
}

/* Once told, it may be gone. */
static void ask_all(struct key_service *service, struct key_question *q)
{
	while (q) {
		struct key_question *next = q->next;
		const struct dns_answer *known;

		known = resolver_ask(service->poll.resolver, span_of(q->name, q->name_len), q->care,
				     &q->waiter);
		if (known)
			tell(q, known);
		q = next;
	}
}

static void forget_all(struct key_service *service)
{
	struct key_question *q, *next;

	pthread_mutex_lock(&service->lock);
	q = service->forgotten;
	service->forgotten = NULL;
	pthread_mutex_unlock(&service->lock);
	for (; q; q = next) {
		next = q->next_forgotten;
		resolver_forget(&q->waiter);
		free_question(q);
	}
}

static void obey(struct key_service *service)
{
	uint64_t ignored;

	if (read(service->wake, &ignored, sizeof(ignored)) < 0)
		log_line("eventfd: %s", strerror(errno));
	ask_all(service, take_new(service));
	forget_all(service);
}

static void *run(void *arg)
{
	struct key_service *service = arg;

	pthread_setname_np(pthread_self(), "resolver");
	while (true)
		if (resolver_poll_wait(&service->poll, service->wake))
			obey(service);
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

static void init_locks(struct key_service *service)
{
	pthread_condattr_t attributes;

	pthread_mutex_init(&service->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&service->told, &attributes);
	pthread_condattr_destroy(&attributes);
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
		init_locks(service);
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

struct key_question *key_service_ask(struct key_service *service, struct span name,
				     enum dkim_care care)
{
	struct key_question *q = malloc(sizeof(*q) + name.len);

	if (!q)
		return NULL;
	*q = (struct key_question){
		.waiter.told = on_told,
		.service = service,
		.care = care,
		.name_len = name.len,
	};
	memcpy(q->name, name.p, name.len);
	pthread_mutex_lock(&service->lock);
	q->next = service->new;
	service->new = q;
	pthread_mutex_unlock(&service->lock);
	wake(service);
	return q;
}

const struct dns_answer *key_service_wait(struct key_question *q, uint64_t until_ns)
{
	const struct timespec until = {
		.tv_sec = (time_t)(until_ns / CLOCK_SECOND_NS),
		.tv_nsec = (long)(until_ns % CLOCK_SECOND_NS),
	};
	bool told;

	pthread_mutex_lock(&q->service->lock);
	while (q->state != QUESTION_TOLD &&
	       !pthread_cond_timedwait(&q->service->told, &q->service->lock, &until))
		;
	told = q->state == QUESTION_TOLD;
	pthread_mutex_unlock(&q->service->lock);
	return told ? &q->answer : NULL;
}

/* Of one that the thread may tell of, the thread alone can end it. */
void key_service_forget(struct key_question *q)
{
	struct key_service *service = q ? q->service : NULL;
	bool told;

	if (!q)
		return;
	pthread_mutex_lock(&service->lock);
	told = q->state == QUESTION_TOLD;
	q->forgotten = true;
	if (q->state == QUESTION_ASKED) {
		q->next_forgotten = service->forgotten;
		service->forgotten = q;
	}
	pthread_mutex_unlock(&service->lock);
	if (told)
		free_question(q);
	else
		wake(service);
}
