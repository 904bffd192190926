// SPDX-License-Identifier: Apache-2.0
#include "listen_passed.h"

#include <netdb.h>
#include <string.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

size_t listen_passed_count(void)
{
	int n = sd_listen_fds(0);

	return n > 0 ? (size_t)n : 0;
}

static int passed(size_t i)
{
	return SD_LISTEN_FDS_START + (int)i;
}

bool listen_passed_is(int fd)
{
	return fd >= SD_LISTEN_FDS_START &&
	       (size_t)fd < SD_LISTEN_FDS_START + listen_passed_count();
}

int listen_passed_unix(const char *path)
{
	size_t n = listen_passed_count();

	for (size_t i = 0; i < n; i++)
		if (sd_is_socket_unix(passed(i), SOCK_STREAM, 1, path, 0) > 0)
			return passed(i);
	return -1;
}

int listen_passed_inet(const struct sockaddr *address, socklen_t len)
{
	size_t n = listen_passed_count();

	for (size_t i = 0; i < n; i++)
		if (sd_is_socket_sockaddr(passed(i), SOCK_STREAM, address, len, 1) > 0)
			return passed(i);
	return -1;
}

static bool is_among(int fd, const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fds[i] == fd)
			return true;
	return false;
}

static void report_unused(int fd, FILE *errors)
{
	struct sockaddr_storage address = { 0 };
	socklen_t len = sizeof(address);
	char host[NI_MAXHOST] = "?", port[NI_MAXSERV] = "";
	const char *path = ((const struct sockaddr_un *)&address)->sun_path;

	getsockname(fd, (struct sockaddr *)&address, &len);
	if (address.ss_family != AF_UNIX)
		getnameinfo((const struct sockaddr *)&address, len, host, sizeof(host), port,
			    sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	fprintf(errors,
		"exogated: the service manager passed a socket at \"%s%s%s\", which the setting "
		"\"listen\" does not name; make them agree\n",
		address.ss_family == AF_UNIX ? path : host, *port ? " port " : "", port);
}

bool listen_passed_all_used(const int *fds, size_t n, FILE *errors)
{
	size_t n_passed = listen_passed_count();

	for (size_t i = 0; i < n_passed; i++) {
		if (is_among(passed(i), fds, n))
			continue;
		report_unused(passed(i), errors);
		return false;
	}
	return true;
}
