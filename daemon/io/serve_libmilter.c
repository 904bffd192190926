// SPDX-License-Identifier: Apache-2.0
/*
 * serve_libmilter - the engine on libmilter: for where io_uring is refused, and to compare with.
 *
 * This process binds the listeners and owns the signals; each listener is served by a child
 * (filter_process.h) with one thread a connection that has something to say.  The limits of the
 * settings hold for each listener.  Should a child end, the daemon does, for the service manager to
 * start anew.
 *
 * What that library does otherwise than the engine on io_uring: tests/conversations/differences.py.
 */
#include "serve.h"

#include <poll.h>
#include <stdlib.h>

#include "filter_control.h"
#include "filter_process.h"
#include "listen.h"
#include "listen_passed.h"
#include "log.h"

struct server {
	const struct settings_source *source;
	const struct settings *settings;
	struct supervisor *supervisor;
	struct policy_store *policies;
	const struct session_limiter *limiter;
	struct listeners listeners;
	struct ledger *ledgers;		  /* of each process */
	struct filter_process *processes; /* one a listener */
	size_t n_processes;		  /* that were started */
	int *others;			  /* room for what a new process is to close */
	struct pollfd *awaited;		  /* room for what is heard of each process */
	int *ends;			  /* and for the descriptor by which */
};

/* What belongs to this process and to those before it, but not to the new one. */
static size_t list_others(const struct server *server)
{
	size_t n = 0;

	for (size_t i = 0; i < server->n_processes; i++)
		server->others[n++] = server->processes[i].control;
	for (size_t i = 0; i < server->settings->n_listeners; i++)
		if (i != server->n_processes)
			server->others[n++] = server->listeners.fds[i];
	return n;
}

static bool start_processes(struct server *server, FILE *errors)
{
	while (server->n_processes < server->settings->n_listeners) {
		const struct filter_process_start start = {
			.source = server->source,
			.settings = server->settings,
			.supervisor = server->supervisor,
			.policies = server->policies,
			.limiter = server->limiter,
			.ledger = &server->ledgers[server->n_processes],
			.listener = server->n_processes,
			.fd = server->listeners.fds[server->n_processes],
			.passed = listen_passed_is(server->listeners.fds[server->n_processes]),
			.others = server->others,
			.n_others = list_others(server),
		};

		if (!filter_process_open(&server->processes[server->n_processes], &start, errors))
			return false;
		server->n_processes++;
	}
	return true;
}

static bool end_processes(struct server *server)
{
	bool well = true;

	for (size_t i = 0; i < server->n_processes; i++)
		filter_process_stop(&server->processes[i]);
	for (size_t i = 0; i < server->n_processes; i++)
		well = filter_process_close(&server->processes[i]) && well;
	server->n_processes = 0;
	return well;
}

static void close_server(struct server *server)
{
	if (!server)
		return;
	listen_close_all(&server->listeners);
	end_processes(server);
	ledger_free(server->ledgers, server->settings->n_listeners);
	free(server->processes);
	free(server->others);
	free(server->awaited);
	free(server->ends);
	free(server);
}

static bool acquire_memory(struct server *server, FILE *errors)
{
	size_t n = server->settings->n_listeners;

	server->ledgers = ledger_new(n);
	server->processes = calloc(n, sizeof(*server->processes));
	server->others = calloc(2 * n, sizeof(*server->others));
	server->awaited = calloc(n, sizeof(*server->awaited));
	server->ends = calloc(n, sizeof(*server->ends));
	if (server->ledgers && server->processes && server->others && server->awaited &&
	    server->ends)
		return true;
	fprintf(errors, "exogated: not enough memory\n");
	return false;
}

static struct server *open_server(const struct serve_options *options, FILE *errors)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server) {
		fprintf(errors, "exogated: not enough memory\n");
		return NULL;
	}
	server->source = options->source;
	server->settings = options->settings;
	server->supervisor = options->supervisor;
	server->policies = options->policies;
	server->limiter = options->limiter;
	if (acquire_memory(server, errors) &&
	    listen_open_all(&server->listeners, server->settings, errors) &&
	    start_processes(server, errors))
		return server;
	close_server(server);
	return NULL;
}

static bool reload_processes(void *of, FILE *report)
{
	struct server *server = of;

	for (size_t i = 0; i < server->n_processes; i++)
		server->ends[i] = server->processes[i].control;
	return filter_control_reload(server->ends, server->n_processes, report);
}

static bool one_has_ended(const struct server *server)
{
	for (size_t i = 0; i < server->n_processes; i++)
		if (server->awaited[i].revents && filter_control_has_ended(server->awaited[i].fd))
			return true;
	return false;
}

/* Until the daemon is to stop; false if that is since a process has ended. */
static bool wait_for_stop(struct server *server)
{
	for (size_t i = 0; i < server->n_processes; i++)
		server->awaited[i] = (struct pollfd){
			.fd = server->processes[i].control,
			.events = POLLIN,
		};
	while (supervisor_wait(server->supervisor, server->awaited, server->n_processes) !=
	       SUPERVISOR_STOP)
		if (one_has_ended(server))
			return false;
	return true;
}

static size_t count_connections(const struct server *server)
{
	size_t sum = 0;

	for (size_t i = 0; i < server->n_processes; i++)
		sum += server->processes[i].connections;
	return sum;
}

static bool run_server(struct server *server)
{
	bool well;

	supervisor_watch(server->supervisor, &(const struct supervisor_engine){
						     .name = serve_libmilter.name,
						     .ledgers = server->ledgers,
						     .n_ledgers = server->n_processes,
						     .connections = count_connections(server),
						     .reload = reload_processes,
						     .server = server,
					     });
	well = wait_for_stop(server);
	log_line(well ? "stopping" : "stopping, since a process of libmilter's has ended");
	listen_close_all(&server->listeners);
	return end_processes(server) && well;
}

const struct serve_engine serve_libmilter = {
	.name = "libmilter",
	.open = open_server,
	.run = run_server,
	.close = close_server,
};
