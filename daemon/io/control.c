// SPDX-License-Identifier: Apache-2.0
#include "control.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "listen.h"

#define PATIENCE_S 1 /* with a client */

static void set_patience(int fd)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
}

int control_listen(const char *path, FILE *errors)
{
	const struct listen_rights rights = { .mode = 0600 };

	return listen_unix(path, &rights, errors);
}

/* One read, so that no client can keep the daemon for longer than that may take. */
int control_take(int listener, char command[static CONTROL_COMMAND_MAX])
{
	int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	char *end = NULL;
	ssize_t len;

	if (client < 0)
		return -1;
	set_patience(client);
	len = recv(client, command, CONTROL_COMMAND_MAX, 0);
	if (len > 0)
		end = memchr(command, '\n', (size_t)len);
	if (end) {
		*end = '\0';
		return client;
	}
	close(client);
	return -1;
}

static void send_all(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

void control_answer(int client, const char *answer)
{
	send_all(client, answer ? answer : "{\"error\": \"not enough memory\"}\n");
	close(client);
}
