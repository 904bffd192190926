// SPDX-License-Identifier: Apache-2.0
#include "resolver_poll.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>

#include "clock.h"
#include "log.h"

static void watch(void *owner, int fd, short events)
{
	struct resolver_poll *p = owner;
	size_t i = 1;

	while (i < p->n && p->fds[i].fd != fd)
		i++;
	assert(i < RESOLVER_POLL_FDS);
	if (i == p->n)
		p->n++;
	p->fds[i] = (struct pollfd){ .fd = fd, .events = events };
	if (!events)
		p->fds[i] = p->fds[--p->n];
}

bool resolver_poll_open(struct resolver_poll *p, const struct resolver_options *options,
			FILE *errors)
{
	struct resolver_options watched = *options;

	*p = (struct resolver_poll){ .n = 1 };
	watched.watch = (struct resolver_watch){ watch, p };
	p->resolver = resolver_open(&watched, errors);
	return p->resolver;
}

void resolver_poll_close(struct resolver_poll *p)
{
	if (p->resolver)
		resolver_close(p->resolver);
	p->resolver = NULL;
}

static int wait_ms(struct resolver *resolver)
{
	uint64_t due_ns = resolver_due_ns(resolver), now_ns = clock_monotonic_ns(), ms;

	if (due_ns == RESOLVER_NEVER_NS)
		return -1;
	ms = due_ns > now_ns ? (due_ns - now_ns) / 1000000 + 1 : 0;
	return ms < INT_MAX ? (int)ms : INT_MAX;
}

bool resolver_poll_wait(struct resolver_poll *p, int own)
{
	struct pollfd seen[RESOLVER_POLL_FDS];
	size_t n = p->n;
	int result;

	p->fds[0] = (struct pollfd){ .fd = own, .events = POLLIN };
	memcpy(seen, p->fds, n * sizeof(*seen));
	result = poll(seen, n, wait_ms(p->resolver));
	if (result < 0 && errno != EINTR)
		log_line("poll: %s", strerror(errno));
	for (size_t i = 1; result > 0 && i < n; i++)
		if (seen[i].revents)
			resolver_ready(p->resolver, seen[i].fd, seen[i].revents);
	resolver_work(p->resolver);
	return result > 0 && seen[0].revents;
}
