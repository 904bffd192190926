// SPDX-License-Identifier: Apache-2.0
/*
 * serve_uring - the engine on io_uring: a thread for each worker (worker.h), and one that waits
 * with the supervisor.
 *
 * What a message may cost is divided among the workers, so that none has to ask another: each has
 * its share of limits.messages, and there are no more workers than messages.
 */
#include "serve.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "file_limit.h"
#include "listen.h"
#include "log.h"
#include "resolver.h"
#include "worker.h"

/* A ring, an eventfd, and those of its resolver. */
#define WORKER_FILES (2 + RESOLVER_SOCKETS_MAX)

struct server {
	const struct settings *settings;
	struct supervisor *supervisor;
	struct crew crew;
	struct listeners listeners;
	struct ledger *ledgers; /* of each worker */
	struct worker *workers;
	pthread_t *threads;
	size_t n_workers;
	size_t n_running;
};

/* --- life ------------------------------------------------------------------------------------- */

static size_t count_workers(const struct settings *settings)
{
	return settings->workers < settings->messages ? settings->workers : settings->messages;
}

static void close_server(struct server *server)
{
	if (!server)
		return;
	for (size_t i = 0; server->workers && i < server->n_workers; i++)
		worker_close(&server->workers[i]);
	if (server->crew.ended >= 0)
		close(server->crew.ended);
	ledger_free(server->ledgers, server->n_workers);
	listen_close_all(&server->listeners);
	free(server->workers);
	free(server->threads);
	free(server);
}

static bool acquire_memory(struct server *server, FILE *errors)
{
	size_t n = server->n_workers;

	server->ledgers = ledger_new(n);
	server->threads = calloc(n, sizeof(*server->threads));
	server->workers = calloc(n, sizeof(*server->workers));
	server->crew.ended = eventfd(0, EFD_CLOEXEC);
	for (size_t i = 0; server->workers && i < n; i++)
		server->workers[i].wake = -1;
	if (server->ledgers && server->threads && server->workers && server->crew.ended >= 0)
		return true;
	fprintf(errors, "exogated: not enough memory\n");
	return false;
}

static bool open_workers(struct server *server, FILE *errors)
{
	size_t n = server->n_workers, messages = server->settings->messages;

	for (size_t i = 0; i < n; i++)
		if (!worker_open(&server->workers[i], &server->crew, &server->ledgers[i],
				 messages / n + (i < messages % n), errors))
			return false;
	if (!ring_is_restricted(&server->workers[0].ring))
		log_line("io_uring: the kernel does not know IORING_REGISTER_RESTRICTIONS: the "
			 "rings may do any operation");
	return true;
}

static bool acquire(struct server *server, FILE *errors)
{
	const struct settings *settings = server->settings;
	struct crew *crew = &server->crew;

	if (!ring_probe(errors) || !acquire_memory(server, errors))
		return false;
	if (!listen_open_all(&server->listeners, settings, errors))
		return false;
	crew->listeners = server->listeners.fds;
	crew->connections =
		file_limit_raise(settings->connections,
				 settings->n_listeners + WORKER_FILES * server->n_workers, errors);
	return crew->connections && open_workers(server, errors);
}

static struct server *open_server(const struct serve_options *options, FILE *errors)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server) {
		fprintf(errors, "exogated: not enough memory\n");
		return NULL;
	}
	server->settings = options->settings;
	server->supervisor = options->supervisor;
	server->n_workers = count_workers(options->settings);
	server->crew = (struct crew){
		.settings = options->settings,
		.policies = options->policies,
		.limiter = options->limiter,
		.n_listeners = options->settings->n_listeners,
		.ended = -1,
	};
	if (acquire(server, errors))
		return server;
	close_server(server);
	return NULL;
}

/* --- serving ---------------------------------------------------------------------------------- */

static void *run_worker(void *worker)
{
	pthread_setname_np(pthread_self(), "worker");
	worker_run(worker);
	return NULL;
}

static bool start_threads(struct server *server)
{
	for (; server->n_running < server->n_workers; server->n_running++) {
		int error = pthread_create(&server->threads[server->n_running], NULL, run_worker,
					   &server->workers[server->n_running]);

		if (error) {
			log_line("cannot start a thread: %s", strerror(error));
			return false;
		}
	}
	return true;
}

/* Until the daemon is to stop, or a worker fails. */
static void wait_for_stop(const struct server *server)
{
	struct pollfd ended = { .fd = server->crew.ended, .events = POLLIN };

	supervisor_wait(server->supervisor, &ended, 1);
	log_line("stopping; open milter connections: %zu", atomic_load(&server->crew.n_open));
}

static bool stop_threads(struct server *server)
{
	bool ok = true;

	atomic_store(&server->crew.stopping, true);
	for (size_t i = 0; i < server->n_running; i++)
		worker_wake(&server->workers[i]);
	listen_end_all(&server->listeners);
	for (size_t i = 0; i < server->n_running; i++) {
		pthread_join(server->threads[i], NULL);
		ok = ok && !atomic_load(&server->workers[i].failed);
	}
	return ok;
}

static bool run_server(struct server *server)
{
	bool started = start_threads(server);

	supervisor_watch(server->supervisor, &(const struct supervisor_engine){
						     .name = serve_uring.name,
						     .ledgers = server->ledgers,
						     .n_ledgers = server->n_workers,
						     .connections = server->crew.connections,
					     });
	if (started)
		wait_for_stop(server);
	return stop_threads(server) && started;
}

const struct serve_engine serve_uring = {
	.name = "uring",
	.allowed = ring_probe,
	.open = open_server,
	.run = run_server,
	.close = close_server,
};
