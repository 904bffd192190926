/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring - an io_uring, and why there is none.
 *
 * A completion is told apart by its user_data: what kind of operation, for which slot, and in which
 * generation of it, so that a late completion of a connection that is gone is known for what it is.
 */
#ifndef EXOGATE_RING_H
#define EXOGATE_RING_H

#include <liburing.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "span.h"

struct ring_tag {
	uint8_t kind;
	uint32_t slot;	     /* below RING_SLOTS_MAX */
	uint32_t generation; /* the low 24 bits count */
};

#define RING_SLOTS_MAX (1u << 24)

static inline uint64_t ring_tag_pack(struct ring_tag tag)
{
	return (uint64_t)tag.kind << 48 | (uint64_t)(tag.slot & 0xffffff) << 24 |
	       (tag.generation & 0xffffff);
}

static inline struct ring_tag ring_tag_unpack(uint64_t user_data)
{
	return (struct ring_tag){
		.kind = (uint8_t)(user_data >> 48),
		.slot = (uint32_t)(user_data >> 24) & 0xffffff,
		.generation = (uint32_t)user_data & 0xffffff,
	};
}

/*
 * Whether this process may use io_uring at all.  False after one line on errors that names what
 * refuses it (the sysctl, a seccomp profile, a limit, an old kernel) and the mend.
 */
bool ring_probe(FILE *errors);

/*
 * Makes a ring for one thread, with room for the completions of so many connections, within what
 * the kernel allows.  It can do nothing before ring_enable(), which that thread is to call first,
 * and from then on nothing but the operations below, without flags: others complete with -EACCES.
 * A kernel that does not know what makes a ring faster gets one without that; only one that does
 * not know restrictions either (before 5.10) a ring that is not ring_is_restricted().
 * False after one line on errors.
 *
 * With EXOGATE_PLAIN_RING set in the environment, all that a kernel may lack is left out, the
 * restriction too unless its value is "restricted": that is for tests.
 */
bool ring_open(struct io_uring *ring, size_t connections, FILE *errors);

bool ring_is_restricted(const struct io_uring *ring);

/* 0, or a negative errno. */
int ring_enable(struct io_uring *ring);

/*
 * Each of these queues one operation, which is submitted with the next io_uring_submit_and_wait(),
 * or before if the ring is full, which takes more connections than it has entries.
 */

/*
 * Accepts one connection; the result is its descriptor.  One at a time: of several rings that wait
 * for connections of one socket, the kernel wakes the one that has waited longest.  To an accept
 * that goes on (multishot) it would give all of them, 2000 of 2000 to one ring of four when tried.
 */
void ring_accept(struct io_uring *ring, struct ring_tag tag, int listener);

/* Receives what there is, at least one byte, at most len. */
void ring_receive(struct io_uring *ring, struct ring_tag tag, int fd, char *p, size_t len);

/* Sends some of the bytes; the result says how many. */
void ring_send(struct io_uring *ring, struct ring_tag tag, int fd, struct span bytes);

/* Completes after *delay, which must live until then. */
void ring_wait(struct io_uring *ring, struct ring_tag tag, struct __kernel_timespec *delay);

/* Completes once fd is readable. */
void ring_watch(struct io_uring *ring, struct ring_tag tag, int fd);

/* Completes with those of the events, of poll(2), that have come about. */
void ring_poll(struct io_uring *ring, struct ring_tag tag, int fd, short events);

/* Completes once the peer of fd, or this side, has shut it down. */
void ring_watch_end(struct io_uring *ring, struct ring_tag tag, int fd);

/* Ends the operation that was queued with the tag `of`; both complete. */
void ring_cancel(struct io_uring *ring, struct ring_tag tag, struct ring_tag of);

#endif
