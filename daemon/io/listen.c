// SPDX-License-Identifier: Apache-2.0
#include "listen.h"

#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "listen_passed.h"

#define BACKLOG		1024
#define SERVED_TRIES	20
#define SERVED_PAUSE_NS 10000000

/* --- unix ------------------------------------------------------------------------------------- */

static const char *mend_of_unix(int error)
{
	switch (error) {
	case ENOENT:
		return "make its directory (for Postfix: inside the queue directory, group "
		       "postfix, "
		       "mode 2750)";
	case EACCES:
	case EPERM:
	case EROFS:
		return "start exogated as root, or let its user write to the directory";
	default:
		return "change the setting \"listen\"";
	}
}

/* A full backlog (EAGAIN) means that somebody has one. */
static bool is_served(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool served = fd >= 0 &&
		      (!connect(fd, (const struct sockaddr *)address, sizeof(*address)) ||
		       errno == EAGAIN);

	if (fd >= 0)
		close(fd);
	return served;
}

/*
 * Still so after a moment: the kernel ends the listening of a daemon that was killed some
 * milliseconds after its end.
 */
static bool stays_served(const struct sockaddr_un *address)
{
	const struct timespec pause = { .tv_nsec = SERVED_PAUSE_NS };

	for (int i = 0; i < SERVED_TRIES; i++) {
		if (!is_served(address))
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

/* Removes what a daemon that is gone left behind, and nothing else. */
static bool clear_stale(const struct sockaddr_un *address, FILE *errors)
{
	struct stat status;

	if (lstat(address->sun_path, &status))
		return true;
	if (!S_ISSOCK(status.st_mode)) {
		fprintf(errors,
			"exogated: unix:%s: there is a file that is not a socket; move it away or "
			"change "
			"the setting \"listen\"\n",
			address->sun_path);
		return false;
	}
	if (stays_served(address)) {
		fprintf(errors,
			"exogated: unix:%s: another process serves it; stop that one first\n",
			address->sun_path);
		return false;
	}
	if (unlink(address->sun_path) == 0 || errno == ENOENT)
		return true;
	fprintf(errors, "exogated: unix:%s: cannot remove what an ended daemon left: %s; %s\n",
		address->sun_path, strerror(errno), mend_of_unix(errno));
	return false;
}

/* False with errno, or after a line on errors with 0 in it. */
static bool give_rights(const char *path, const struct listen_rights *rights, FILE *errors)
{
	const struct group *group = NULL;

	errno = 0;
	if (rights->group && !(group = getgrnam(rights->group))) {
		fprintf(errors,
			"exogated: unix:%s: group \"%s\": %s; create it or change the setting "
			"\"socket.group\"\n",
			path, rights->group, errno ? strerror(errno) : "no such group");
		errno = 0;
		return false;
	}
	if (group && chown(path, (uid_t)-1, group->gr_gid))
		return false;
	return !chmod(path, rights->mode);
}

int listen_unix(const char *path, const struct listen_rights *rights, FILE *errors)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		fprintf(errors, "exogated: unix:%s: longer than %zu bytes; choose a shorter path\n",
			path, sizeof(address.sun_path) - 1);
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	if (!clear_stale(&address, errors))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && !bind(fd, (struct sockaddr *)&address, sizeof(address)) &&
	    give_rights(path, rights, errors) && !listen(fd, BACKLOG))
		return fd;
	if (errno)
		fprintf(errors, "exogated: unix:%s: cannot listen: %s; %s\n", path, strerror(errno),
			mend_of_unix(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* --- inet ------------------------------------------------------------------------------------- */

static const char *mend_of_inet(int error)
{
	switch (error) {
	case EADDRINUSE:
		return "stop what listens there, or choose another port";
	case EACCES:
		return "start exogated as root, or choose a port over 1023";
	case EADDRNOTAVAIL:
		return "give the host that address, or choose another";
	default:
		return "change the setting \"listen\"";
	}
}

static int bind_inet(const struct addrinfo *where)
{
	const int on = 1;
	int fd = listen_passed_inet(where->ai_addr, where->ai_addrlen);

	if (fd >= 0)
		return fd;
	fd = socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) ||
	    (where->ai_family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on))) ||
	    bind(fd, where->ai_addr, where->ai_addrlen) || listen(fd, BACKLOG)) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

static int listen_inet(const struct settings_listener *listener, FILE *errors)
{
	const struct addrinfo hints = {
		.ai_family = listener->kind == SETTINGS_LISTENER_INET6 ? AF_INET6 : AF_INET,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE,
	};
	const char *name = hints.ai_family == AF_INET6 ? "inet6" : "inet";
	struct addrinfo *where = NULL;
	char port[8];
	int fd, problem;

	snprintf(port, sizeof(port), "%u", listener->port);
	problem = getaddrinfo(listener->host, port, &hints, &where);
	if (problem) {
		fprintf(errors, "exogated: %s:%s@%s: %s; change the setting \"listen\"\n", name,
			port, listener->host, gai_strerror(problem));
		return -1;
	}
	fd = bind_inet(where);
	if (fd < 0)
		fprintf(errors, "exogated: %s:%s@%s: cannot listen: %s; %s\n", name, port,
			listener->host, strerror(errno), mend_of_inet(errno));
	freeaddrinfo(where);
	return fd;
}

/* --- all -------------------------------------------------------------------------------------- */

static int listen_at(const struct settings_listener *listener, const struct listen_rights *rights,
		     FILE *errors)
{
	int fd;

	if (listener->kind != SETTINGS_LISTENER_UNIX)
		return listen_inet(listener, errors);
	fd = listen_passed_unix(listener->path);
	return fd >= 0 ? fd : listen_unix(listener->path, rights, errors);
}

static void close_first(const struct settings *settings, int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct settings_listener *listener = &settings->listeners[i];

		if (listener->kind == SETTINGS_LISTENER_UNIX && !listen_passed_is(fds[i]))
			unlink(listener->path);
		close(fds[i]);
	}
	free(fds);
}

int *listen_open_all(const struct settings *settings, FILE *errors)
{
	const struct listen_rights rights = { settings->socket_mode, settings->socket_group };
	int *fds = calloc(settings->n_listeners, sizeof(*fds));

	if (!fds)
		fprintf(errors, "exogated: not enough memory\n");
	for (size_t i = 0; fds && i < settings->n_listeners; i++) {
		fds[i] = listen_at(&settings->listeners[i], &rights, errors);
		if (fds[i] < 0) {
			close_first(settings, fds, i);
			return NULL;
		}
	}
	if (!fds || listen_passed_all_used(fds, settings->n_listeners, errors))
		return fds;
	close_first(settings, fds, settings->n_listeners);
	return NULL;
}

void listen_close_all(const struct settings *settings, int *fds)
{
	if (fds)
		close_first(settings, fds, settings->n_listeners);
}
