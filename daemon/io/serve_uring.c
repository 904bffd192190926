// SPDX-License-Identifier: Apache-2.0
/*
 * serve_uring - the engine on io_uring: many connections on one ring and one thread.
 *
 * Each connection has one operation in flight at most: the dialog (core/dialog.h) says which.  All
 * memory is had before the first connection is accepted.  A connection that finds no free slot is
 * closed at once.  A message that finds no free arena waits, and its MTA with it: that slows mail
 * down, where an answer of 451 would send it away to come back all at once.
 *
 * A connection that is silent for too long is closed.  In the middle of a message that takes far
 * longer: Postfix says nothing between the recipients and the end of DATA, however slow the client.
 */
#include "serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arena_pool.h"
#include "clock.h"
#include "connection_table.h"
#include "dialog.h"
#include "file_limit.h"
#include "listen.h"
#include "log.h"
#include "ring.h"

#define STOP_SECONDS 10
#define NANOSECONDS  1000000000ull

enum operation {
	OP_ACCEPT = 1, /* slot: which listener */
	OP_RECEIVE,
	OP_SEND,
	OP_TICK,
	OP_STOP,
};

struct server {
	const struct settings *settings;
	int stop_signal;
	int *listeners;
	struct io_uring ring;
	bool ring_is_open;
	struct arena_pool arenas;
	struct connection_table connections;
	struct connection *waiting, **waiting_end; /* for an arena */
	bool *accepting;			   /* of each listener */
	struct __kernel_timespec tick;
	bool stopping;
	uint64_t stop_deadline_ns;
};

/* --- submissions ------------------------------------------------------------------------------ */

static struct ring_tag tag_of(const struct server *server, const struct connection *c,
			      enum operation op)
{
	return (struct ring_tag){
		.kind = (uint8_t)op,
		.slot = connection_slot(&server->connections, c),
		.generation = c->generation,
	};
}

static void submit_accept(struct server *server, uint32_t listener)
{
	const struct ring_tag tag = { .kind = OP_ACCEPT, .slot = listener };

	ring_accept(&server->ring, tag, server->listeners[listener]);
	server->accepting[listener] = true;
}

static void submit_tick(struct server *server)
{
	ring_wait(&server->ring, (struct ring_tag){ .kind = OP_TICK }, &server->tick);
}

static void submit_receive(struct server *server, struct connection *c)
{
	size_t len;
	char *p;

	dialog_room(c->dialog, &p, &len);
	ring_receive(&server->ring, tag_of(server, c, OP_RECEIVE), c->fd, p, len);
}

static void submit_send(struct server *server, struct connection *c)
{
	struct span rest = span_after(dialog_output(c->dialog), c->sent);

	ring_send(&server->ring, tag_of(server, c, OP_SEND), c->fd, rest);
}

/* --- connections ------------------------------------------------------------------------------ */

static void note_activity(struct connection *c)
{
	c->active_ns = clock_monotonic_ns();
}

static void advance(struct server *server, struct connection *c);

static void open_connection(struct server *server, int fd)
{
	struct connection *c = NULL;

	if (!server->stopping)
		c = connection_take(&server->connections, fd, &server->settings->policy);
	if (!c) {
		close(fd);
		return;
	}
	note_activity(c);
	advance(server, c);
}

static void start_waiting(struct server *server, struct connection *c)
{
	c->waiting = true;
	c->next = NULL;
	*server->waiting_end = c;
	server->waiting_end = &c->next;
}

static void stop_waiting(struct server *server, struct connection *c)
{
	struct connection **link = &server->waiting;

	while (*link != c)
		link = &(*link)->next;
	*link = c->next;
	if (!c->next)
		server->waiting_end = link;
	c->waiting = false;
}

static void resume_waiting(struct server *server)
{
	while (server->waiting && server->arenas.n_free) {
		struct connection *c = server->waiting;

		stop_waiting(server, c);
		advance(server, c);
	}
}

static void give_back(struct server *server, struct arena *arena)
{
	if (arena)
		arena_pool_give_back(&server->arenas, arena);
}

/* Call only while none of its operations is in flight. */
static void close_connection(struct server *server, struct connection *c)
{
	give_back(server, dialog_abandon(c->dialog));
	connection_release(&server->connections, c);
}

static void close_for_reason(struct server *server, struct connection *c)
{
	enum dialog_close_reason reason = dialog_close_reason(c->dialog);

	if (reason != DIALOG_CLOSE_QUIT)
		log_line("milter connection closed: %s", dialog_close_word(reason).p);
	close_connection(server, c);
}

static bool lend(struct server *server, struct connection *c)
{
	struct arena *arena = arena_pool_take(&server->arenas);

	if (!arena) {
		start_waiting(server, c);
		return false;
	}
	dialog_lend(c->dialog, arena);
	return true;
}

/* Lets the dialog go on until it waits for the peer, for an arena, or is over. */
static void advance(struct server *server, struct connection *c)
{
	enum dialog_want want;

	do {
		want = dialog_run(c->dialog);
		give_back(server, dialog_reclaim(c->dialog));
	} while (want == DIALOG_LEND && lend(server, c));

	switch (want) {
	case DIALOG_RECEIVE:
		submit_receive(server, c);
		break;
	case DIALOG_SEND:
		if (dialog_answer(c->dialog))
			log_message(dialog_answer(c->dialog), clock_monotonic_ns() - c->active_ns);
		submit_send(server, c);
		break;
	case DIALOG_CLOSE:
		close_for_reason(server, c);
		break;
	case DIALOG_LEND:
		break;
	}
}

/* --- completions ------------------------------------------------------------------------------ */

/* After an error (no more files, no memory) the next tick is soon enough to accept again. */
static void on_accepted(struct server *server, uint32_t listener, const struct io_uring_cqe *cqe)
{
	if (cqe->res >= 0)
		open_connection(server, cqe->res);
	else
		log_line("accept: %s", strerror(-cqe->res));
	if (cqe->flags & IORING_CQE_F_MORE)
		return;
	server->accepting[listener] = false;
	if (cqe->res >= 0)
		submit_accept(server, listener);
}

/* The peer ended the connection, or we hung up, or it broke. */
static void on_end(struct server *server, struct connection *c, int result)
{
	if (result < 0)
		log_line("milter connection closed: %s", strerror(-result));
	else if (session_in_message(&c->dialog->session))
		log_line("milter connection closed: ended in the middle of a message");
	close_connection(server, c);
}

static void on_received(struct server *server, struct connection *c, int result)
{
	if (result <= 0) {
		on_end(server, c, result);
		return;
	}
	dialog_received(c->dialog, (size_t)result);
	note_activity(c);
	advance(server, c);
}

static void on_sent(struct server *server, struct connection *c, int result)
{
	if (result <= 0) {
		on_end(server, c, result);
		return;
	}
	c->sent += (size_t)result;
	if (c->sent < dialog_output(c->dialog).len) {
		submit_send(server, c);
		return;
	}
	c->sent = 0;
	dialog_sent(c->dialog);
	note_activity(c);
	advance(server, c);
}

/* Its operation in flight then ends, and closes it; one that waits for an arena has none. */
static void hang_up(struct server *server, struct connection *c)
{
	if (!c->waiting) {
		shutdown(c->fd, SHUT_RDWR);
		return;
	}
	stop_waiting(server, c);
	close_connection(server, c);
}

static bool is_idle(const struct server *server, const struct connection *c, uint64_t now_ns)
{
	unsigned int limit_s = session_in_message(&c->dialog->session) ?
				       server->settings->message_idle_s :
				       server->settings->idle_s;

	return now_ns - c->active_ns > limit_s * NANOSECONDS;
}

static bool must_stop(const struct server *server, const struct connection *c, uint64_t now_ns)
{
	return server->stopping &&
	       (server->stop_deadline_ns <= now_ns || !session_in_message(&c->dialog->session));
}

static void hang_up_ended(struct server *server)
{
	uint64_t now_ns = clock_monotonic_ns();

	for (size_t i = 0; i < server->connections.n_slots; i++) {
		struct connection *c = &server->connections.slots[i];

		if (c->fd < 0)
			continue;
		if (must_stop(server, c, now_ns)) {
			hang_up(server, c);
		} else if (is_idle(server, c, now_ns)) {
			log_line("milter connection closed: idle");
			hang_up(server, c);
		}
	}
}

static void on_tick(struct server *server)
{
	hang_up_ended(server);
	for (uint32_t i = 0; i < server->settings->n_listeners; i++)
		if (!server->accepting[i])
			submit_accept(server, i);
	submit_tick(server);
}

static void on_stop(struct server *server)
{
	server->stopping = true;
	server->stop_deadline_ns = clock_monotonic_ns() + STOP_SECONDS * NANOSECONDS;
	log_line("stopping; open milter connections: %zu", server->connections.n_open);
	hang_up_ended(server);
}

static void on_connection(struct server *server, struct ring_tag tag, int result)
{
	struct connection *c = &server->connections.slots[tag.slot];

	if ((c->generation & 0xffffff) != tag.generation)
		return;
	if (tag.kind == OP_RECEIVE)
		on_received(server, c, result);
	else
		on_sent(server, c, result);
}

static void on_completion(struct server *server, const struct io_uring_cqe *cqe)
{
	const struct ring_tag tag = ring_tag_unpack(cqe->user_data);

	switch ((enum operation)tag.kind) {
	case OP_ACCEPT:
		on_accepted(server, tag.slot, cqe);
		break;
	case OP_RECEIVE:
	case OP_SEND:
		on_connection(server, tag, cqe->res);
		break;
	case OP_TICK:
		on_tick(server);
		break;
	case OP_STOP:
		on_stop(server);
		break;
	}
}

/* --- life ------------------------------------------------------------------------------------- */

static void close_server(struct server *server)
{
	if (!server)
		return;
	if (server->ring_is_open)
		io_uring_queue_exit(&server->ring);
	connection_table_close(&server->connections);
	arena_pool_close(&server->arenas);
	listen_close_all(server->settings, server->listeners);
	free(server->accepting);
	free(server);
}

static bool acquire_memory(struct server *server, size_t connections, FILE *errors)
{
	const struct settings *settings = server->settings;

	server->accepting = calloc(settings->n_listeners, sizeof(*server->accepting));
	if (server->accepting && connection_table_open(&server->connections, connections) &&
	    arena_pool_open(&server->arenas, settings->messages,
			    dialog_arena_bytes(settings->message_header_bytes)))
		return true;
	fprintf(errors, "exogated: not enough memory; lower limits.connections, limits.messages or "
			"limits.message_header\n");
	return false;
}

static struct server *open_server(const struct serve_options *options, FILE *errors)
{
	const struct settings *settings = options->settings;
	struct server *server = calloc(1, sizeof(*server));
	size_t connections;

	if (!server) {
		fprintf(errors, "exogated: not enough memory\n");
		return NULL;
	}
	server->settings = settings;
	server->stop_signal = options->stop_signal;
	server->waiting_end = &server->waiting;
	server->tick.tv_sec = 1;
	server->listeners = listen_open_all(settings, errors);
	if (!server->listeners)
		goto fail;
	connections = file_limit_raise(settings->connections, errors);
	if (!connections || !acquire_memory(server, connections, errors))
		goto fail;
	server->ring_is_open = ring_open(&server->ring, connections, errors);
	if (server->ring_is_open)
		return server;
fail:
	close_server(server);
	return NULL;
}

static bool finished(const struct server *server)
{
	return server->stopping &&
	       (server->connections.n_open == 0 ||
		clock_monotonic_ns() > server->stop_deadline_ns + 2 * NANOSECONDS);
}

static void handle_completions(struct server *server)
{
	struct io_uring_cqe *cqe;
	unsigned int head, n = 0;

	io_uring_for_each_cqe(&server->ring, head, cqe)
	{
		on_completion(server, cqe);
		n++;
	}
	io_uring_cq_advance(&server->ring, n);
}

static bool run_server(struct server *server)
{
	for (uint32_t i = 0; i < server->settings->n_listeners; i++)
		submit_accept(server, i);
	submit_tick(server);
	ring_watch(&server->ring, (struct ring_tag){ .kind = OP_STOP }, server->stop_signal);
	while (!finished(server)) {
		int result = io_uring_submit_and_wait(&server->ring, 1);

		if (result < 0 && result != -EINTR && result != -EAGAIN && result != -EBUSY) {
			log_line("io_uring: %s", strerror(-result));
			return false;
		}
		handle_completions(server);
		resume_waiting(server);
	}
	return true;
}

const struct serve_engine serve_uring = {
	.name = "uring",
	.open = open_server,
	.run = run_server,
	.close = close_server,
};
