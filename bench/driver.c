// SPDX-License-Identifier: Apache-2.0
#include "driver.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "rng.h"
#include "script.h"

#define NANOSECONDS 1000000000ull
#define EVENTS_MAX  256

struct driver {
	struct driver_options options;
	struct sockaddr_un address;
	struct script script;
	struct client *clients; /* the held ones first */
	int epoll;
	struct client **queue; /* whose turn it is to write: a ring */
	size_t queue_size, queue_first, n_queued;
	struct client **resting; /* those between messages, in an open loop */
	size_t n_resting;
	size_t n_open;	     /* connections that something is still to come of */
	size_t next_message; /* of the corpus, in turn */
	uint64_t deadline_ns;
	double mean_gap_ns; /* between messages of an open loop; 0: a closed one */
	double due_ns;	    /* of the next message */
	struct rng rng;
	struct driver_result *result;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

static void enqueue(struct driver *d, struct client *c)
{
	d->queue[(d->queue_first + d->n_queued++) % d->queue_size] = c;
}

static struct client *dequeue(struct driver *d)
{
	struct client *c = d->queue[d->queue_first];

	d->queue_first = (d->queue_first + 1) % d->queue_size;
	d->n_queued--;
	return c;
}

static bool is_held(const struct driver *d, const struct client *c)
{
	return (size_t)(c - d->clients) < d->options.held;
}

/* Whether all messages have been sent that are to be: in an open loop all that became due. */
static bool is_over(const struct driver *d)
{
	if (d->mean_gap_ns > 0)
		return d->due_ns >= (double)d->deadline_ns;
	return now_ns() >= d->deadline_ns;
}

/* --- what a client does next ------------------------------------------------------------------ */

static void send_message(struct driver *d, struct client *c, uint64_t due_ns)
{
	c->since_ns = due_ns;
	client_send(c, d->next_message++ % d->script.n_messages);
	enqueue(d, c);
}

static void count_message(struct driver *d, struct client *c)
{
	const struct corpus_message *message = &d->options.corpus->messages[c->message];
	enum reply_verdict expect = d->options.judges ? message->expect : REPLY_ACCEPT;
	struct driver_result *r = d->result;

	r->messages++;
	histogram_add(&r->latency, now_ns() - c->since_ns);
	if (c->verdict == expect)
		return;
	if (r->wrong++ == 0)
		snprintf(r->first_wrong, sizeof(r->first_wrong),
			 "message %zu got %s where %s is right", c->message,
			 reply_verdict_word(c->verdict), reply_verdict_word(expect));
}

static bool is_used_up(const struct driver *d, const struct client *c)
{
	return c->n_messages == d->options.messages_per_connection;
}

/* However short the run, in a closed loop every connection sends something. */
static bool has_done_its_part(const struct driver *d, const struct client *c)
{
	return c->n_messages > 0 || d->mean_gap_ns > 0;
}

/* Between messages: another, a rest, or the end of the connection. */
static void go_on(struct driver *d, struct client *c)
{
	if (c->judged)
		count_message(d, c);
	c->judged = false;
	if (is_held(d, c)) {
		d->n_open--;
		return;
	}
	if (is_used_up(d, c) || (is_over(d) && has_done_its_part(d, c))) {
		client_quit(c);
		enqueue(d, c);
	} else if (d->mean_gap_ns > 0) {
		d->resting[d->n_resting++] = c;
	} else {
		send_message(d, c, c->n_messages ? now_ns() : c->since_ns);
	}
}

static void end_connection(struct driver *d, struct client *c)
{
	client_close(c);
	if (is_over(d)) {
		d->n_open--;
		return;
	}
	c->since_ns = now_ns();
	enqueue(d, c);
}

static bool watch(struct driver *d, struct client *c, uint32_t events, int operation)
{
	struct epoll_event event = { .events = events, .data.ptr = c };

	return epoll_ctl(d->epoll, operation, c->fd, &event) == 0;
}

/* False if the client cannot go on; its complaint says why. */
static bool follow(struct driver *d, struct client *c)
{
	switch (c->want) {
	case CLIENT_CONNECT:
	case CLIENT_WRITE:
		enqueue(d, c);
		break;
	case CLIENT_ROOM:
		return watch(d, c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
	case CLIENT_ANSWER:
		break;
	case CLIENT_NEXT:
		go_on(d, c);
		break;
	case CLIENT_GONE:
		end_connection(d, c);
		break;
	case CLIENT_FAILED:
		return false;
	}
	return true;
}

static bool take_turn(struct driver *d, struct client *c)
{
	uint64_t since_ns = c->since_ns;

	if (c->want == CLIENT_WRITE) {
		client_write(c);
	} else if (client_connect(c, &d->script, &d->address) != CLIENT_FAILED) {
		c->since_ns = since_ns;
		if (c->want == CLIENT_WRITE && !watch(d, c, EPOLLIN, EPOLL_CTL_ADD))
			return false;
	}
	return follow(d, c);
}

/* A client whose turn it is to write stays in the queue, however much there is to read. */
static bool take_event(struct driver *d, const struct epoll_event *event)
{
	struct client *c = event->data.ptr;
	enum client_want before = c->want;

	if (event->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		client_read(c);
		if (c->want == CLIENT_FAILED)
			return false;
	}
	if (before == CLIENT_ROOM && event->events & EPOLLOUT) {
		c->want = CLIENT_WRITE;
		if (!watch(d, c, EPOLLIN, EPOLL_CTL_MOD))
			return false;
		enqueue(d, c);
		return true;
	}
	return c->want == before || follow(d, c);
}

/* --- the loop --------------------------------------------------------------------------------- */

/* Messages that are due and find no connection at rest are sent when one is. */
static void send_due(struct driver *d)
{
	uint64_t now = now_ns();

	while (d->n_resting && d->due_ns <= (double)now && !is_over(d)) {
		double u = (double)((rng_next(&d->rng) >> 11) + 1) / 9007199254740992.0;

		send_message(d, d->resting[--d->n_resting], (uint64_t)d->due_ns);
		d->due_ns -= log(u) * d->mean_gap_ns;
	}
	while (d->n_resting && is_over(d))
		go_on(d, d->resting[--d->n_resting]);
}

/* 0 while there is something to write; else until the next message is due, or patience ends. */
static struct timespec time_to_wait(const struct driver *d)
{
	uint64_t now = now_ns(), until = now + DRIVER_PATIENCE_S * NANOSECONDS;

	if (d->n_queued)
		until = now;
	else if (d->n_resting)
		until = (uint64_t)d->due_ns;
	until = until > now ? until - now : 0;
	return (struct timespec){ (time_t)(until / NANOSECONDS), (long)(until % NANOSECONDS) };
}

static bool complain(const struct driver *d, const char *what, FILE *errors)
{
	fprintf(errors, "exogate-bench: %s: %s\n", d->options.name, what);
	return false;
}

static bool complain_of(const struct driver *d, const struct client *c, FILE *errors)
{
	return complain(d, c->complaint ? c->complaint : strerror(errno), errors);
}

/* One write of each client whose turn it is, then all events that there are. */
static bool run_round(struct driver *d, FILE *errors)
{
	struct epoll_event events[EVENTS_MAX];
	struct timespec timeout;
	int n;

	for (size_t turns = d->n_queued; turns; turns--) {
		struct client *c = dequeue(d);

		if (!take_turn(d, c))
			return complain_of(d, c, errors);
	}
	if (!d->n_open)
		return true;
	timeout = time_to_wait(d);
	n = epoll_pwait2(d->epoll, events, EVENTS_MAX, &timeout, NULL);
	if (n < 0 && errno != EINTR)
		return complain(d, strerror(errno), errors);
	if (n == 0 && timeout.tv_sec >= DRIVER_PATIENCE_S)
		return complain(d, "no answer for too long", errors);
	for (int i = 0; i < n; i++)
		if (!take_event(d, &events[i]))
			return complain_of(d, events[i].data.ptr, errors);
	return true;
}

static bool run_to_end(struct driver *d, FILE *errors)
{
	while (d->n_open) {
		if (d->options.interrupt && *d->options.interrupt)
			return complain(d, "interrupted", errors);
		send_due(d);
		if (!run_round(d, errors))
			return false;
	}
	return true;
}

bool driver_run(struct driver *d, uint64_t duration_ns, double rate, struct driver_result *out,
		FILE *errors)
{
	uint64_t start_ns = now_ns();

	memset(out, 0, sizeof(*out));
	d->result = out;
	d->deadline_ns = start_ns + duration_ns;
	d->mean_gap_ns = rate > 0 ? (double)NANOSECONDS / rate : 0;
	d->due_ns = (double)start_ns;
	for (unsigned int i = 0; i < d->options.connections; i++) {
		struct client *c = &d->clients[d->options.held + i];

		c->since_ns = start_ns;
		d->n_open++;
		enqueue(d, c);
	}
	if (!run_to_end(d, errors))
		return false;
	out->wall_ns = now_ns() - start_ns;
	return true;
}

/* --- life ------------------------------------------------------------------------------------- */

static bool negotiate(struct driver *d, FILE *errors)
{
	const struct timeval patience = { .tv_sec = DRIVER_PATIENCE_S };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = false;

	if (fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) &&
	    !connect(fd, (const struct sockaddr *)&d->address, sizeof(d->address)))
		ok = script_make(fd, d->options.corpus, d->options.envelope, &d->script, errors);
	else
		complain(d, strerror(errno), errors);
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool open_held(struct driver *d, FILE *errors)
{
	for (unsigned int i = 0; i < d->options.held; i++)
		enqueue(d, &d->clients[i]);
	d->n_open = d->options.held;
	return run_to_end(d, errors);
}

static bool acquire(struct driver *d)
{
	size_t n = d->options.connections + d->options.held;

	d->queue_size = n + 1;
	d->clients = calloc(n, sizeof(*d->clients));
	d->queue = calloc(d->queue_size, sizeof(struct client *));
	d->resting = calloc(n, sizeof(struct client *));
	d->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (size_t i = 0; d->clients && i < n; i++)
		d->clients[i].fd = -1;
	return d->clients && d->queue && d->resting && d->epoll >= 0;
}

struct driver *driver_open(const struct driver_options *options, FILE *errors)
{
	struct driver *d = calloc(1, sizeof(*d));

	if (!d || strlen(options->socket) >= sizeof(d->address.sun_path)) {
		fprintf(errors, "exogate-bench: cannot drive %s\n", options->socket);
		free(d);
		return NULL;
	}
	d->options = *options;
	d->epoll = -1;
	d->address.sun_family = AF_UNIX;
	snprintf(d->address.sun_path, sizeof(d->address.sun_path), "%s", options->socket);
	if (!acquire(d))
		complain(d, strerror(errno), errors);
	else if (negotiate(d, errors) && open_held(d, errors))
		return d;
	driver_close(d);
	return NULL;
}

void driver_close(struct driver *d)
{
	size_t n = d ? d->options.connections + d->options.held : 0;

	if (!d)
		return;
	for (size_t i = 0; d->clients && i < n; i++)
		if (d->clients[i].fd >= 0)
			close(d->clients[i].fd);
	if (d->epoll >= 0)
		close(d->epoll);
	script_free(&d->script);
	free(d->clients);
	free(d->queue);
	free(d->resting);
	free(d);
}
