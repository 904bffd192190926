// SPDX-License-Identifier: Apache-2.0
#include "filter_process.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <libmilter/mfapi.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "file_limit.h"
#include "filter.h"
#include "filter_control.h"
#include "log.h"
#include "peer.h"
#include "privileges.h"
#include "resolver.h"
#include "serve.h"

/* The pipe by which libmilter's threads wake each other, and those of the one resolver. */
#define PROCESS_FILES (2 + RESOLVER_SOCKETS_MAX)
#define MOMENT_NS     100000000
#define SPARE_STOP_MS 5000 /* beyond what the process allows itself */
#define SIGNALS	      SIGHUP, SIGINT, SIGTERM

/* --- in the new process: the listener --------------------------------------------------------- */

/*
 * libmilter opens a listener of the same family, since it checks the family of who connects, where
 * nobody is waiting for one: beside the unix socket, or at a port of the kernel's choice.
 */
static void name_spare(const struct settings_listener *listener, char *text, size_t size)
{
	switch (listener->kind) {
	case SETTINGS_LISTENER_UNIX:
		snprintf(text, size, "unix:.exogated-%ld", (long)getpid());
		break;
	case SETTINGS_LISTENER_INET:
		snprintf(text, size, "inet:0@[127.0.0.1]");
		break;
	case SETTINGS_LISTENER_INET6:
		snprintf(text, size, "inet6:0@[::1]");
		break;
	}
}

static bool is_listening(int fd)
{
	socklen_t len = sizeof(int);
	int yes = 0;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &len) == 0 && yes;
}

/*
 * Has libmilter open a listener and returns its descriptor, or -1.  That is the lowest that was
 * free before.
 */
static int open_spare(const struct settings_listener *listener)
{
	char text[64];
	int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	bool opened;

	if (fd < 0)
		return -1;
	close(fd);
	name_spare(listener, text, sizeof(text));
	opened = smfi_setconn(text) == MI_SUCCESS && smfi_opensocket(true) == MI_SUCCESS &&
		 is_listening(fd);
	if (listener->kind == SETTINGS_LISTENER_UNIX)
		unlink(text + strlen("unix:"));
	return opened ? fd : -1;
}

/*
 * Where a unix socket may be made for a moment: beside the listener or, if this user may not make
 * it there since the service manager did, in a directory of ours or everybody's.
 */
static int open_spare_somewhere(const struct settings_listener *listener)
{
	const char *directories[] = { NULL, "/run/exogate", "/tmp" };
	char path[128];
	int fd = -1;

	if (listener->kind != SETTINGS_LISTENER_UNIX)
		return open_spare(listener);
	snprintf(path, sizeof(path), "%s", listener->path);
	directories[0] = dirname(path);
	for (size_t i = 0; fd < 0 && i < sizeof(directories) / sizeof(directories[0]); i++)
		if (chdir(directories[i]) == 0)
			fd = open_spare(listener);
	return fd;
}

/* Has libmilter listen at fd; returns the descriptor by which it knows it, or -1. */
static int hand_over(const struct settings_listener *listener, int fd)
{
	int home = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int library_fd = home >= 0 ? open_spare_somewhere(listener) : -1;

	if (library_fd < 0 || fchdir(home) || dup3(fd, library_fd, O_CLOEXEC) != library_fd)
		library_fd = -1;
	if (home >= 0)
		close(home);
	close(fd);
	return library_fd;
}

static void wait_a_moment(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = MOMENT_NS }, NULL);
}

/*
 * The library's poll(2) goes on with the old listener for seconds, but looks at what has its number
 * now whenever something happens at the old one: then that is to be ready for a moment.
 */
static void wake(int replacement, const struct sockaddr_storage *listener, socklen_t len)
{
	int fd = socket(listener->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	eventfd_t value;

	eventfd_write(replacement, 1);
	if (fd >= 0)
		(void)connect(fd, (const struct sockaddr *)listener, len);
	wait_a_moment();
	eventfd_read(replacement, &value);
}

/*
 * The library is left with what nobody connects to.  A listener of our own is not to stand in the
 * way of the daemon after us; one that the service manager passed keeps who connects for it.
 */
static void stop_accepting(int library_fd, bool passed)
{
	struct sockaddr_storage name = { 0 };
	socklen_t len = sizeof(name);
	int replacement = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (replacement < 0 || getsockname(library_fd, (struct sockaddr *)&name, &len))
		return;
	if (!passed && name.ss_family == AF_UNIX)
		shutdown(library_fd, SHUT_RDWR);
	dup3(replacement, library_fd, O_CLOEXEC);
	if (!passed && name.ss_family != AF_UNIX)
		wake(replacement, &name, len);
}

/* --- in the new process: its life ------------------------------------------------------------- */

/*
 * A signal to the process is dropped if its first thread ignores it and does not block it, so that
 * libmilter's thread, which waits for these, never hears of one.
 */
static bool ignore_signals(void)
{
	static const int numbers[] = { SIGNALS };
	sigset_t signals;

	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		sigaddset(&signals, numbers[i]);
		signal(numbers[i], SIG_IGN);
	}
	return pthread_sigmask(SIG_UNBLOCK, &signals, NULL) == 0;
}

/* Never ends by itself, and the process with it should it do so all the same. */
static void *serve(void *unused)
{
	smfi_main();
	log_line("libmilter serves no longer");
	exit(EXIT_FAILURE);
	return unused;
}

/* How many connections it can then serve, or 0. */
static size_t prepare(const struct filter_process_start *start, int *library_fd, FILE *errors)
{
	const struct settings *settings = start->settings;
	const struct filter_options options = {
		.settings = settings,
		.policies = start->policies,
		.limiter = start->limiter,
		.ledger = start->ledger,
		.connections = file_limit_raise(settings->connections, PROCESS_FILES, errors),
	};

	if (!options.connections || !filter_open(&options, errors))
		return 0;
	*library_fd = hand_over(&settings->listeners[start->listener], start->fd);
	if (*library_fd < 0) {
		fprintf(errors, "exogated: cannot hand listener %zu over to libmilter: %s\n",
			start->listener + 1, strerror(errno));
		return 0;
	}
	return privileges_drop(settings->user, errors) ? options.connections : 0;
}

__attribute__((noreturn)) static void live(const struct filter_process_start *start, int control,
					   FILE *errors)
{
	size_t connections = 0;
	pthread_t thread;
	int library_fd;

	supervisor_leave(start->supervisor);
	for (size_t i = 0; i < start->n_others; i++)
		close(start->others[i]);
	if (ignore_signals())
		connections = prepare(start, &library_fd, errors);
	if (!connections)
		exit(EXIT_FAILURE);
	if (pthread_create(&thread, NULL, serve, NULL) ||
	    !filter_control_say_ready(control, connections)) {
		fprintf(errors, "exogated: cannot start libmilter: %s\n", strerror(errno));
		exit(EXIT_FAILURE);
	}
	filter_control_obey(control, start->source, start->policies);
	stop_accepting(library_fd, start->passed);
	wait_a_moment(); /* for the offers of connections that the library has just accepted */
	peer_drain(SERVE_STOP_S, SERVE_STOP_MESSAGE_S);
	wait_a_moment(); /* for the last verdict, which is sent when its callback has returned */
	/* libmilter itself looks only every five seconds whether it is to end. */
	exit(EXIT_SUCCESS);
}

/* --- in the parent ---------------------------------------------------------------------------- */

static void forget(struct filter_process *process)
{
	if (process->control >= 0)
		close(process->control);
	*process = (struct filter_process){ .control = -1 };
}

bool filter_process_open(struct filter_process *process, const struct filter_process_start *start,
			 FILE *errors)
{
	int ends[2];

	*process = (struct filter_process){ .control = -1 };
	if (!filter_control_open(ends)) {
		fprintf(errors, "exogated: socketpair: %s\n", strerror(errno));
		return false;
	}
	fflush(NULL);
	process->pid = fork();
	if (process->pid == 0) {
		close(ends[0]);
		live(start, ends[1], errors);
	}
	close(ends[1]);
	process->control = ends[0];
	if (process->pid < 0) {
		fprintf(errors, "exogated: fork: %s\n", strerror(errno));
		forget(process);
		return false;
	}
	process->connections = filter_control_await_ready(process->control);
	if (process->connections)
		return true;
	waitpid(process->pid, NULL, 0); /* it has said why */
	forget(process);
	return false;
}

void filter_process_stop(struct filter_process *process)
{
	if (process->control >= 0)
		shutdown(process->control, SHUT_WR);
}

static bool ended_well(int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS)
		return true;
	if (WIFSIGNALED(status))
		log_line("a process of libmilter's was ended by signal %d", WTERMSIG(status));
	else
		log_line("a process of libmilter's ended with status %d", WEXITSTATUS(status));
	return false;
}

bool filter_process_close(struct filter_process *process)
{
	struct pollfd end = { .fd = process->control, .events = POLLIN };
	int status = 0;

	if (process->pid <= 0)
		return true;
	if (poll(&end, 1, SERVE_STOP_MESSAGE_S * 1000 + SPARE_STOP_MS) != 1)
		kill(process->pid, SIGKILL);
	waitpid(process->pid, &status, 0);
	forget(process);
	return ended_well(status);
}
