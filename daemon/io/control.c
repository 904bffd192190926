// SPDX-License-Identifier: Apache-2.0
#include "control.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

/* With a client that is to speak, and with one that is to read its answer. */
#define PATIENCE_NS CLOCK_SECOND_NS

/* False if it does not come by then; interruptions (io_uring makes some) are none of its. */
static bool await(int fd, short events, uint64_t end_ns)
{
	struct pollfd awaited = { .fd = fd, .events = events };
	uint64_t now_ns;

	while ((now_ns = clock_monotonic_ns()) < end_ns) {
		int n = poll(&awaited, 1, (int)((end_ns - now_ns) / 1000000 + 1));

		if (n >= 0 || errno != EINTR)
			return n > 0;
	}
	return false;
}

int control_listen(const char *path, struct listen_file *made, FILE *errors)
{
	const struct listen_place place = {
		.path = path,
		.setting = "control",
		.directory_hint = "",
		.mode = 0600,
	};

	return listen_unix(&place, made, errors);
}

/* One read, so that no client can keep the daemon for longer than that may take. */
int control_take(int listener, char command[static CONTROL_COMMAND_MAX])
{
	int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	char *end = NULL;
	ssize_t len = 0;

	if (client < 0)
		return -1;
	if (await(client, POLLIN, clock_monotonic_ns() + PATIENCE_NS))
		len = recv(client, command, CONTROL_COMMAND_MAX, MSG_DONTWAIT);
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
	uint64_t end_ns = clock_monotonic_ns() + PATIENCE_NS;
	size_t len = strlen(text);

	while (len && await(fd, POLLOUT, end_ns)) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);

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
