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

/* The end of a line, which says what to do. */
static void put_mend(const struct listen_place *place, int error, FILE *errors)
{
	switch (error) {
	case ENOENT:
		fprintf(errors, "make its directory%s\n", place->directory_hint);
		break;
	case EACCES:
	case EPERM:
	case EROFS:
		fprintf(errors, "start exogated as root, or let its user write to the directory\n");
		break;
	default:
		fprintf(errors, "change the setting \"%s\"\n", place->setting);
		break;
	}
}

/* Where there is a socket, what comes of connecting to it: 0, or the error. */
static int try_to_connect(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error = 0;

	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)))
		error = errno;
	if (fd >= 0)
		close(fd);
	return error;
}

/* A full backlog (EAGAIN) means that somebody has one; EPROTOTYPE: a socket of another type. */
static bool is_served(int error)
{
	return !error || error == EAGAIN || error == EPROTOTYPE;
}

/*
 * The same, but served only if it is still so after a moment: the kernel ends the listening of a
 * daemon that was killed some milliseconds after its end.
 */
static int probe(const struct sockaddr_un *address)
{
	const struct timespec pause = { .tv_nsec = SERVED_PAUSE_NS };
	int error = try_to_connect(address);

	for (int i = 1; i < SERVED_TRIES && is_served(error); i++) {
		nanosleep(&pause, NULL);
		error = try_to_connect(address);
	}
	return error;
}

/* Only what is refused has no process: other errors, of rights for instance, say nothing of it. */
static bool is_stale(const struct listen_place *place, const struct sockaddr_un *address,
		     FILE *errors)
{
	int error = probe(address);

	if (error == ECONNREFUSED || error == ENOENT)
		return true;
	if (is_served(error))
		fprintf(errors,
			"exogated: unix:%s: another process serves it; stop that one first, or "
			"change the setting \"%s\"\n",
			place->path, place->setting);
	else
		fprintf(errors,
			"exogated: unix:%s: cannot tell whether another process serves it: %s; "
			"remove it if none does\n",
			place->path, strerror(error));
	return false;
}

/* Removes what a daemon that is gone left behind, and nothing else. */
static bool clear_stale(const struct listen_place *place, const struct sockaddr_un *address,
			FILE *errors)
{
	struct stat status;
	int error;

	if (lstat(place->path, &status))
		return true;
	if (!S_ISSOCK(status.st_mode)) {
		fprintf(errors,
			"exogated: unix:%s: there is a file that is not a socket; move it away or "
			"change the setting \"%s\"\n",
			place->path, place->setting);
		return false;
	}
	if (!is_stale(place, address, errors))
		return false;
	if (unlink(place->path) == 0 || errno == ENOENT)
		return true;
	error = errno;
	fprintf(errors, "exogated: unix:%s: cannot remove what an ended daemon left: %s; ",
		place->path, strerror(error));
	put_mend(place, error, errors);
	return false;
}

/* False with errno, or after a line on errors with 0 in it. */
static bool give_rights(const struct listen_place *place, FILE *errors)
{
	const struct group *group = NULL;

	errno = 0;
	if (place->group && !(group = getgrnam(place->group))) {
		fprintf(errors,
			"exogated: unix:%s: group \"%s\": %s; create it or change the setting "
			"\"socket.group\"\n",
			place->path, place->group, errno ? strerror(errno) : "no such group");
		errno = 0;
		return false;
	}
	if (group && chown(place->path, (uid_t)-1, group->gr_gid))
		return false;
	return !chmod(place->path, place->mode);
}

static void note_file(const char *path, struct listen_file *made)
{
	struct stat status;

	if (!lstat(path, &status))
		*made = (struct listen_file){ status.st_dev, status.st_ino };
}

void listen_remove(const char *path, struct listen_file *made)
{
	struct stat status;

	if (made->inode && !lstat(path, &status) && status.st_ino == made->inode &&
	    status.st_dev == made->device)
		unlink(path);
	made->inode = 0; /* which may be given to the next file there */
}

int listen_unix(const struct listen_place *place, struct listen_file *made, FILE *errors)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, error;

	*made = (struct listen_file){ 0 };
	if (strlen(place->path) >= sizeof(address.sun_path)) {
		fprintf(errors, "exogated: unix:%s: longer than %zu bytes; choose a shorter path\n",
			place->path, sizeof(address.sun_path) - 1);
		return -1;
	}
	memcpy(address.sun_path, place->path, strlen(place->path));
	if (!clear_stale(place, &address, errors))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && !bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		note_file(place->path, made);
		if (give_rights(place, errors) && !listen(fd, BACKLOG))
			return fd;
	}
	error = errno;
	if (error) {
		fprintf(errors, "exogated: unix:%s: cannot listen: %s; ", place->path,
			strerror(error));
		put_mend(place, error, errors);
	}
	listen_remove(place->path, made);
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

static int listen_at(const struct settings *settings, const struct settings_listener *listener,
		     struct listen_file *made, FILE *errors)
{
	const struct listen_place place = {
		.path = listener->path,
		.setting = "listen",
		.directory_hint = " (for Postfix: inside the queue directory, group postfix, mode "
				  "2750)",
		.mode = settings->socket_mode,
		.group = settings->socket_group,
	};
	int fd;

	if (listener->kind != SETTINGS_LISTENER_UNIX)
		return listen_inet(listener, errors);
	fd = listen_passed_unix(listener->path);
	return fd >= 0 ? fd : listen_unix(&place, made, errors);
}

static bool open_each(struct listeners *listeners, FILE *errors)
{
	const struct settings *settings = listeners->settings;

	for (size_t i = 0; i < settings->n_listeners; i++) {
		listeners->fds[i] =
			listen_at(settings, &settings->listeners[i], &listeners->files[i], errors);
		if (listeners->fds[i] < 0)
			return false;
	}
	return listen_passed_all_used(listeners->fds, settings->n_listeners, errors);
}

bool listen_open_all(struct listeners *listeners, const struct settings *settings, FILE *errors)
{
	size_t n = settings->n_listeners;

	*listeners = (struct listeners){
		.settings = settings,
		.fds = malloc(n * sizeof(*listeners->fds)),
		.files = calloc(n, sizeof(*listeners->files)),
	};
	for (size_t i = 0; listeners->fds && i < n; i++)
		listeners->fds[i] = -1;
	if (!listeners->fds || !listeners->files)
		fprintf(errors, "exogated: not enough memory\n");
	else if (open_each(listeners, errors))
		return true;
	listen_close_all(listeners);
	return false;
}

static size_t count_open(const struct listeners *listeners)
{
	return listeners->fds ? listeners->settings->n_listeners : 0;
}

static void remove_files(struct listeners *listeners)
{
	for (size_t i = 0; i < count_open(listeners); i++)
		listen_remove(listeners->settings->listeners[i].path, &listeners->files[i]);
}

/* Who has connected and was not accepted would wait for the descriptor to be closed. */
static void end_listening(int fd)
{
	int client;

	if (shutdown(fd, SHUT_RDWR))
		return;
	while ((client = accept(fd, NULL, NULL)) >= 0)
		close(client);
}

void listen_end_all(struct listeners *listeners)
{
	remove_files(listeners);
	for (size_t i = 0; i < count_open(listeners); i++)
		if (!listen_passed_is(listeners->fds[i]))
			end_listening(listeners->fds[i]);
}

void listen_close_all(struct listeners *listeners)
{
	if (listeners->files)
		remove_files(listeners);
	for (size_t i = 0; i < count_open(listeners); i++)
		if (listeners->fds[i] >= 0)
			close(listeners->fds[i]);
	free(listeners->fds);
	free(listeners->files);
	*listeners = (struct listeners){ 0 };
}
