// SPDX-License-Identifier: Apache-2.0
#include "worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"
#include "conversation.h"
#include "conversation_keys.h"
#include "log.h"
#include "serve.h"

/* --- accepting -------------------------------------------------------------------------------- */

static struct ring_tag accept_tag(size_t listener)
{
	return (struct ring_tag){ .kind = OP_ACCEPT, .slot = (uint32_t)listener };
}

static void submit_accept(struct worker *worker, size_t listener)
{
	ring_accept(&worker->ring, accept_tag(listener), worker->crew->listeners[listener]);
	worker->accepting[listener] = true;
	worker->n_accepting++;
}

static void accept_again(struct worker *worker)
{
	for (size_t i = 0; i < worker->crew->n_listeners; i++)
		if (!worker->accepting[i])
			submit_accept(worker, i);
}

/*
 * What was accepted is served even if the daemon is to stop by now.  After an error (no more files,
 * no memory) the next tick is soon enough to accept again.
 */
static void on_accepted(struct worker *worker, size_t listener, int result)
{
	worker->accepting[listener] = false;
	worker->n_accepting--;
	if (result >= 0)
		conversation_open(worker, result);
	else if (result != -ECANCELED && !atomic_load(&worker->crew->stopping))
		log_line("accept: %s", strerror(-result));
	if (result >= 0 && !worker->stopping)
		submit_accept(worker, listener);
}

/* --- completions ------------------------------------------------------------------------------ */

static void submit_tick(struct worker *worker)
{
	ring_wait(&worker->ring, (struct ring_tag){ .kind = OP_TICK }, &worker->tick);
}

static void on_tick(struct worker *worker)
{
	counters_count(&worker->counters->ticks);
	conversation_tick(worker, clock_monotonic_ns());
	if (!worker->stopping)
		accept_again(worker);
	submit_tick(worker);
}

static void submit_wake(struct worker *worker)
{
	ring_watch(&worker->ring, (struct ring_tag){ .kind = OP_WAKE }, worker->wake);
}

static void on_wake(struct worker *worker)
{
	uint64_t ignored;

	if (read(worker->wake, &ignored, sizeof(ignored)) < 0)
		log_line("eventfd: %s", strerror(errno));
	submit_wake(worker);
	if (worker->stopping || !atomic_load(&worker->crew->stopping))
		return;
	conversation_stop_all(worker, clock_monotonic_ns());
	for (size_t i = 0; i < worker->crew->n_listeners; i++)
		if (worker->accepting[i])
			ring_cancel(&worker->ring, (struct ring_tag){ .kind = OP_CANCEL },
				    accept_tag(i));
}

static void on_connection(struct worker *worker, struct ring_tag tag, int result)
{
	struct connection *c = &worker->connections.slots[tag.slot];

	if ((c->generation & 0xffffff) != tag.generation)
		return;
	if (tag.kind == OP_RECEIVE)
		conversation_received(worker, c, result);
	else if (tag.kind == OP_SEND)
		conversation_sent(worker, c, result);
	else
		conversation_watched(worker, c);
}

static void on_completion(struct worker *worker, const struct io_uring_cqe *cqe)
{
	const struct ring_tag tag = ring_tag_unpack(cqe->user_data);

	switch ((enum worker_operation)tag.kind) {
	case OP_ACCEPT:
		on_accepted(worker, tag.slot, cqe->res);
		break;
	case OP_RECEIVE:
	case OP_SEND:
	case OP_WATCH_END:
		on_connection(worker, tag, cqe->res);
		break;
	case OP_TICK:
		on_tick(worker);
		break;
	case OP_WAKE:
		on_wake(worker);
		break;
	case OP_DNS_SOCKET:
		resolver_ring_ready(&worker->resolver, tag, cqe->res);
		break;
	case OP_DNS_TIMER:
		resolver_ring_timeout(&worker->resolver, tag);
		break;
	case OP_CANCEL:
		break;
	}
}

/* --- life ------------------------------------------------------------------------------------- */

static bool acquire_memory(struct worker *worker, size_t messages, FILE *errors)
{
	const struct crew *crew = worker->crew;

	worker->accepting = calloc(crew->n_listeners, sizeof(*worker->accepting));
	worker->keys = calloc(messages, sizeof(*worker->keys));
	if (worker->accepting && worker->keys &&
	    connection_table_open(&worker->connections, crew->connections) &&
	    arena_pool_open(&worker->arenas, messages,
			    dialog_arena_bytes(crew->settings->message_header_bytes)))
		return true;
	fprintf(errors, "exogated: not enough memory; lower limits.connections, limits.messages or "
			"limits.message_header\n");
	return false;
}

static bool open_verifier(struct worker *worker, size_t messages, FILE *errors)
{
	const struct settings *settings = worker->crew->settings;
	const struct resolver_options options = {
		.servers = settings->dns_servers,
		.timeout_ms = settings->dns_timeout_ms,
		.answers_max = settings->dns_cache,
		.messages_max = messages,
		.counters = worker->counters,
	};
	const struct resolver_ring_kinds kinds = {
		.socket = OP_DNS_SOCKET,
		.timer = OP_DNS_TIMER,
		.cancel = OP_CANCEL,
	};

	worker->crypto = openssl_dkim_open(messages);
	if (!worker->crypto) {
		fprintf(errors, "exogated: OpenSSL has no SHA-256, or there is no memory\n");
		return false;
	}
	return resolver_ring_open(&worker->resolver, &options, &worker->ring, &kinds, errors);
}

bool worker_open(struct worker *worker, struct crew *crew, struct ledger *ledger, size_t messages,
		 FILE *errors)
{
	*worker = (struct worker){
		.crew = crew,
		.ledger = ledger,
		.counters = &ledger->counters,
		.tick.tv_sec = 1,
		.wake = -1,
	};
	counters_count(&worker->counters->ticks); /* watched from now on */
	worker->waiting_end = &worker->waiting;
	if (!acquire_memory(worker, messages, errors))
		return false;
	worker->wake = eventfd(0, EFD_CLOEXEC);
	if (worker->wake < 0) {
		fprintf(errors, "exogated: eventfd: %s\n", strerror(errno));
		return false;
	}
	worker->ring_is_open = ring_open(&worker->ring, crew->connections, errors);
	return worker->ring_is_open && open_verifier(worker, messages, errors);
}

void worker_close(struct worker *worker)
{
	if (worker->ring_is_open)
		io_uring_queue_exit(&worker->ring);
	for (size_t i = 0; i < worker->connections.n_used; i++)
		if (worker->connections.slots[i].fd >= 0)
			policy_version_give_back(worker->connections.slots[i].policy);
	if (worker->wake >= 0)
		close(worker->wake);
	resolver_ring_close(&worker->resolver);
	connection_table_close(&worker->connections);
	arena_pool_close(&worker->arenas);
	openssl_dkim_close(worker->crypto);
	free(worker->keys);
	free(worker->accepting);
}

static void handle_completions(struct worker *worker)
{
	struct io_uring_cqe *cqe;
	unsigned int head, n = 0;

	io_uring_for_each_cqe(&worker->ring, head, cqe)
	{
		on_completion(worker, cqe);
		n++;
	}
	io_uring_cq_advance(&worker->ring, n);
}

/* Operations end soon after they are to; a ring that does not end them is not waited for. */
static bool is_finished(const struct worker *worker)
{
	const uint64_t patience_ns = (SERVE_STOP_MESSAGE_S + 3) * CLOCK_SECOND_NS;

	if (!worker->stopping)
		return false;
	return (worker->n_accepting == 0 && worker->connections.n_open == 0) ||
	       clock_monotonic_ns() > worker->stopped_ns + patience_ns;
}

/* A negative errno, or 0 at the end. */
static int serve(struct worker *worker)
{
	int result = ring_enable(&worker->ring);

	if (result < 0)
		return result;
	timer_wheel_init(&worker->wheel, clock_monotonic_ns() / CLOCK_SECOND_NS);
	accept_again(worker);
	submit_tick(worker);
	submit_wake(worker);
	while (!is_finished(worker)) {
		resolver_ring_set_timer(&worker->resolver);
		result = io_uring_submit_and_wait(&worker->ring, 1);
		if (result < 0 && result != -EINTR && result != -EAGAIN && result != -EBUSY)
			return result;
		handle_completions(worker);
		conversation_resume(worker);
		log_lines_write(&worker->log);
	}
	return 0;
}

void worker_run(struct worker *worker)
{
	int result = serve(worker);

	if (result < 0) {
		log_line("io_uring: %s", strerror(-result));
		atomic_store(&worker->failed, true);
	}
	if (eventfd_write(worker->crew->ended, 1))
		log_line("eventfd: %s", strerror(errno));
}

void worker_wake(struct worker *worker)
{
	if (eventfd_write(worker->wake, 1))
		log_line("eventfd: %s", strerror(errno));
}
