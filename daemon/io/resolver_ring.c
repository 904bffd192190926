// SPDX-License-Identifier: Apache-2.0
#include "resolver_ring.h"

#include <assert.h>

#include "clock.h"

#define GENERATION_BITS 0xffffffu

static struct ring_tag tag_of(const struct resolver_ring *self,
			      const struct resolver_ring_socket *socket)
{
	return (struct ring_tag){
		.kind = self->kinds.socket,
		.slot = (uint32_t)(socket - self->sockets),
		.generation = socket->generation,
	};
}

static void begin(struct resolver_ring *self, struct resolver_ring_socket *socket)
{
	socket->generation = (socket->generation + 1) & GENERATION_BITS;
	ring_poll(self->ring, tag_of(self, socket), socket->fd, socket->events);
}

/* Its file stays open until the poll has ended. */
static void end(struct resolver_ring *self, const struct resolver_ring_socket *socket)
{
	ring_cancel(self->ring, (struct ring_tag){ .kind = self->kinds.cancel },
		    tag_of(self, socket));
}

static struct resolver_ring_socket *find(struct resolver_ring *self, int fd)
{
	for (size_t i = 0; i < RESOLVER_SOCKETS_MAX; i++)
		if (self->sockets[i].fd == fd)
			return &self->sockets[i];
	return NULL;
}

static void watch(void *owner, int fd, short events)
{
	struct resolver_ring *self = owner;
	struct resolver_ring_socket *socket = find(self, fd);

	if (!self->ring)
		return;
	if (socket)
		end(self, socket);
	else
		socket = find(self, -1);
	assert(socket);
	socket->fd = events ? fd : -1;
	socket->events = events;
	if (events)
		begin(self, socket);
}

bool resolver_ring_open(struct resolver_ring *self, const struct resolver_options *options,
			struct io_uring *ring, const struct resolver_ring_kinds *kinds,
			FILE *errors)
{
	struct resolver_options watched = *options;

	*self = (struct resolver_ring){
		.ring = ring,
		.kinds = *kinds,
		.due_ns = RESOLVER_NEVER_NS,
	};
	for (size_t i = 0; i < RESOLVER_SOCKETS_MAX; i++)
		self->sockets[i].fd = -1;
	watched.watch = (struct resolver_watch){ watch, self };
	self->resolver = resolver_open(&watched, errors);
	return self->resolver;
}

void resolver_ring_close(struct resolver_ring *self)
{
	self->ring = NULL;
	if (self->resolver)
		resolver_close(self->resolver);
	self->resolver = NULL;
}

/* Watched again before the resolver looks: it may close the socket, or watch it otherwise. */
void resolver_ring_ready(struct resolver_ring *self, struct ring_tag tag, int result)
{
	struct resolver_ring_socket *socket = &self->sockets[tag.slot];

	if (socket->fd < 0 || socket->generation != tag.generation || result < 0)
		return;
	begin(self, socket);
	resolver_ready(self->resolver, socket->fd, (short)result);
}

void resolver_ring_timeout(struct resolver_ring *self, struct ring_tag tag)
{
	if (tag.generation != self->timer_generation)
		return;
	self->due_ns = RESOLVER_NEVER_NS;
	resolver_work(self->resolver);
}

/* A timer that is due too soon does no harm; only one that would be too late is replaced. */
void resolver_ring_set_timer(struct resolver_ring *self)
{
	uint64_t due_ns = resolver_due_ns(self->resolver), now_ns, left_ns;

	if (due_ns >= self->due_ns)
		return;
	now_ns = clock_monotonic_ns();
	left_ns = due_ns > now_ns ? due_ns - now_ns : 1;
	self->due_ns = due_ns;
	self->delay = (struct __kernel_timespec){
		.tv_sec = (long long)(left_ns / CLOCK_SECOND_NS),
		.tv_nsec = (long long)(left_ns % CLOCK_SECOND_NS),
	};
	self->timer_generation = (self->timer_generation + 1) & GENERATION_BITS;
	ring_wait(self->ring,
		  (struct ring_tag){ .kind = self->kinds.timer,
				     .generation = self->timer_generation },
		  &self->delay);
}
