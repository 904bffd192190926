// SPDX-License-Identifier: Apache-2.0
#include "ring.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define ENTRIES_MAX   32768u /* IORING_MAX_ENTRIES of the kernel's io_uring.c */
#define OTHER_ENTRIES 16

static const char *mend_of(int error)
{
	switch (error) {
	case EPERM:
	case EACCES:
		return "set the sysctl kernel.io_uring_disabled to 0, or allow the io_uring system "
		       "calls in the container's seccomp profile";
	case ENOSYS:
		return "exogated needs a kernel of 6.1 or later with CONFIG_IO_URING, and a "
		       "sandbox "
		       "that lets io_uring_setup through";
	case ENOMEM:
		return "raise the limit of locked memory (ulimit -l, LimitMEMLOCK=)";
	default:
		return "exogated needs a kernel of 6.1 or later";
	}
}

/* Beside the connections: listeners, tick and stop. */
static unsigned int entries_for(size_t connections)
{
	size_t wanted = connections + OTHER_ENTRIES;

	return wanted < ENTRIES_MAX ? (unsigned int)wanted : ENTRIES_MAX;
}

/* That the ring is there does not mean that it may be used: seccomp knows the calls one by one. */
static int try_operation(struct io_uring *ring)
{
	struct io_uring_cqe *cqe;
	int result;

	io_uring_prep_nop(io_uring_get_sqe(ring));
	result = io_uring_submit_and_wait(ring, 1);
	if (result < 0)
		return result;
	result = io_uring_wait_cqe(ring, &cqe);
	if (result == 0)
		io_uring_cqe_seen(ring, cqe);
	return result;
}

bool ring_open(struct io_uring *ring, size_t connections, FILE *errors)
{
	unsigned int entries = entries_for(connections);
	struct io_uring_params params = {
		.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
	};
	int error = io_uring_queue_init_params(entries, ring, &params);

	if (error == -EINVAL) {
		memset(&params, 0, sizeof(params));
		error = io_uring_queue_init_params(entries, ring, &params);
	}
	if (!error) {
		error = try_operation(ring);
		if (error)
			io_uring_queue_exit(ring);
	}
	if (error) {
		fprintf(errors, "exogated: the kernel refuses io_uring: %s; %s\n", strerror(-error),
			mend_of(-error));
		return false;
	}
	return true;
}

/* A free submission entry. */
static struct io_uring_sqe *entry_for(struct io_uring *ring)
{
	struct io_uring_sqe *entry;

	while (!(entry = io_uring_get_sqe(ring))) {
		int result = io_uring_submit(ring);

		/* Short of memory, or of room for completions, the kernel asks to try again. */
		assert(result >= 0 || result == -EINTR || result == -EAGAIN || result == -EBUSY);
	}
	return entry;
}

static void set_tag(struct io_uring_sqe *entry, struct ring_tag tag)
{
	io_uring_sqe_set_data64(entry, ring_tag_pack(tag));
}

void ring_accept(struct io_uring *ring, struct ring_tag tag, int listener)
{
	struct io_uring_sqe *entry = entry_for(ring);

	io_uring_prep_multishot_accept(entry, listener, NULL, NULL, SOCK_CLOEXEC);
	set_tag(entry, tag);
}

void ring_receive(struct io_uring *ring, struct ring_tag tag, int fd, char *p, size_t len)
{
	struct io_uring_sqe *entry = entry_for(ring);

	io_uring_prep_recv(entry, fd, p, len, 0);
	set_tag(entry, tag);
}

void ring_send(struct io_uring *ring, struct ring_tag tag, int fd, struct span bytes)
{
	struct io_uring_sqe *entry = entry_for(ring);

	io_uring_prep_send(entry, fd, bytes.p, bytes.len, MSG_NOSIGNAL);
	set_tag(entry, tag);
}

void ring_wait(struct io_uring *ring, struct ring_tag tag, struct __kernel_timespec *delay)
{
	struct io_uring_sqe *entry = entry_for(ring);

	io_uring_prep_timeout(entry, delay, 0, 0);
	set_tag(entry, tag);
}

void ring_watch(struct io_uring *ring, struct ring_tag tag, int fd)
{
	struct io_uring_sqe *entry = entry_for(ring);

	io_uring_prep_poll_add(entry, fd, POLLIN);
	set_tag(entry, tag);
}
