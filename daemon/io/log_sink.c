// SPDX-License-Identifier: Apache-2.0
#include "log_sink.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct losses {
	_Atomic uint64_t lost;
	_Atomic uint64_t unsaid; /* of these, not yet written */
};

static struct losses losses_until_open;

static struct {
	int fd;
	bool is_socket;
	bool may_wait; /* a write can */
	struct losses *losses;
} sink = {
	.fd = STDERR_FILENO,
	.may_wait = true,
	.losses = &losses_until_open,
};

static void share_losses(void)
{
	struct losses *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		return;
	*shared = losses_until_open;
	sink.losses = shared;
}

static void open_anew(void)
{
	int fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return;
	sink.fd = fd;
	sink.may_wait = false;
}

void log_sink_open(void)
{
	struct stat file;

	share_losses();
	if (fstat(STDERR_FILENO, &file))
		return;
	sink.is_socket = S_ISSOCK(file.st_mode);
	if (S_ISFIFO(file.st_mode) || S_ISCHR(file.st_mode))
		open_anew();
	else
		sink.may_wait = false;
}

static bool has_room(void)
{
	struct pollfd out = { .fd = sink.fd, .events = POLLOUT };

	return poll(&out, 1, 0) == 1 && out.revents & POLLOUT;
}

static bool try_write(const char *p, size_t len)
{
	if (sink.is_socket)
		return send(sink.fd, p, len, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
	return (!sink.may_wait || has_room()) && write(sink.fd, p, len) > 0;
}

static void count_lost(const char *lines, size_t len)
{
	uint64_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += lines[i] == '\n';
	atomic_fetch_add(&sink.losses->lost, n);
	atomic_fetch_add(&sink.losses->unsaid, n);
}

/* One thread says it, in case several come. */
static void say_lost(void)
{
	uint64_t n = atomic_exchange(&sink.losses->unsaid, 0);
	char line[128];
	int len;

	if (n == 0)
		return;
	len = snprintf(line, sizeof(line),
		       "exogated: lines of the log that nobody took in time and are lost: %" PRIu64
		       "\n",
		       n);
	if (!try_write(line, (size_t)len))
		atomic_fetch_add(&sink.losses->unsaid, n);
}

void log_sink_write(const char *lines, size_t len)
{
	if (atomic_load_explicit(&sink.losses->unsaid, memory_order_relaxed))
		say_lost();
	if (!try_write(lines, len))
		count_lost(lines, len);
}

uint64_t log_sink_lost(void)
{
	return atomic_load(&sink.losses->lost);
}
