// SPDX-License-Identifier: Apache-2.0
#include "ring.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define SUBMISSION_ENTRIES 512u
#define COMPLETIONS_MIN	   1024u
#define COMPLETIONS_MAX	   65536u /* twice IORING_MAX_ENTRIES of the kernel's io_uring.c */
#define OTHER_COMPLETIONS  64u

#define DISABLED_SYSCTL "/proc/sys/kernel/io_uring_disabled"

/* What the functions below do, and all that a ring is allowed. */
static const uint8_t operations[] = {
	IORING_OP_ACCEPT,  IORING_OP_RECV,     IORING_OP_SEND,
	IORING_OP_TIMEOUT, IORING_OP_POLL_ADD, IORING_OP_ASYNC_CANCEL,
};

#define N_OPERATIONS (sizeof(operations) / sizeof(operations[0]))

/* --- why there is none ------------------------------------------------------------------------ */

/* Since Linux 6.6: 0 for all, 1 for who has CAP_SYS_ADMIN or is in io_uring_group, 2 for nobody. */
static bool disabled_by_sysctl(void)
{
	FILE *file = fopen(DISABLED_SYSCTL, "re");
	int digit = file ? fgetc(file) : '0';

	if (file)
		fclose(file);
	return digit == '1' || digit == '2';
}

static const char *mend_of(int error)
{
	switch (error) {
	case EPERM:
	case EACCES:
		return disabled_by_sysctl() ?
			       "set the sysctl kernel.io_uring_disabled to 0" :
			       "allow the io_uring system calls in the container's seccomp profile";
	case ENOSYS:
		return "exogated needs a kernel of 6.1 or later with CONFIG_IO_URING, and a "
		       "sandbox that lets io_uring_setup through";
	case ENOMEM:
		return "raise the limit of locked memory (ulimit -l, LimitMEMLOCK=)";
	case EMFILE:
	case ENFILE:
		return "raise the limit of open files (LimitNOFILE=)";
	default:
		return "exogated needs a kernel of 6.1 or later";
	}
}

static bool refused(int error, FILE *errors)
{
	fprintf(errors, "exogated: the kernel refuses io_uring: %s; %s\n", strerror(error),
		mend_of(error));
	return false;
}

/* --- rings ------------------------------------------------------------------------------------ */

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

static int try_operations_known(struct io_uring *ring)
{
	struct io_uring_probe *probe = io_uring_get_probe_ring(ring);
	int result = 0;

	for (size_t i = 0; i < N_OPERATIONS; i++)
		if (!probe || !io_uring_opcode_supported(probe, operations[i]))
			result = -EOPNOTSUPP;
	io_uring_free_probe(probe);
	return result;
}

bool ring_probe(FILE *errors)
{
	struct io_uring ring;
	int error = io_uring_queue_init(4, &ring, 0);

	if (error)
		return refused(-error, errors);
	error = try_operation(&ring);
	if (!error)
		error = try_operations_known(&ring);
	io_uring_queue_exit(&ring);
	return error ? refused(-error, errors) : true;
}

/* Every connection has one operation in flight at most. */
static unsigned int completions_for(size_t connections)
{
	size_t wanted = connections + OTHER_COMPLETIONS;

	if (wanted > COMPLETIONS_MAX)
		return COMPLETIONS_MAX;
	return wanted > COMPLETIONS_MIN ? (unsigned int)wanted : COMPLETIONS_MIN;
}

static int restrict_operations(struct io_uring *ring)
{
	struct io_uring_restriction allowed[N_OPERATIONS];

	memset(allowed, 0, sizeof(allowed));
	for (size_t i = 0; i < N_OPERATIONS; i++) {
		allowed[i].opcode = IORING_RESTRICTION_SQE_OP;
		allowed[i].sqe_op = operations[i];
	}
	return io_uring_register_restrictions(ring, allowed, N_OPERATIONS);
}

/* The flags are those of newer kernels, that it may be without. */
static int open_restricted(struct io_uring *ring, unsigned int completions, unsigned int flags)
{
	struct io_uring_params params = {
		.flags = IORING_SETUP_CQSIZE | IORING_SETUP_R_DISABLED | flags,
		.cq_entries = completions,
	};
	int error = io_uring_queue_init_params(SUBMISSION_ENTRIES, ring, &params);

	if (error)
		return error;
	error = restrict_operations(ring);
	if (error)
		io_uring_queue_exit(ring);
	return error;
}

static int open_plain(struct io_uring *ring, unsigned int completions)
{
	struct io_uring_params params = {
		.flags = IORING_SETUP_CQSIZE,
		.cq_entries = completions,
	};

	return io_uring_queue_init_params(SUBMISSION_ENTRIES, ring, &params);
}

bool ring_open(struct io_uring *ring, size_t connections, FILE *errors)
{
	/* One thread alone submits, and takes completions when it asks. */
	const unsigned int newer = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
	const char *plain = getenv("EXOGATE_PLAIN_RING");
	unsigned int completions = completions_for(connections);
	int error = -EINVAL;

	if (!plain)
		error = open_restricted(ring, completions, newer);
	if (error == -EINVAL && (!plain || !strcmp(plain, "restricted")))
		error = open_restricted(ring, completions, 0);
	if (error == -EINVAL)
		error = open_plain(ring, completions);
	return error ? refused(-error, errors) : true;
}

bool ring_is_restricted(const struct io_uring *ring)
{
	return ring->flags & IORING_SETUP_R_DISABLED;
}

int ring_enable(struct io_uring *ring)
{
	return ring_is_restricted(ring) ? io_uring_enable_rings(ring) : 0;
}

/* --- operations ------------------------------------------------------------------------------- */

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

	io_uring_prep_accept(entry, listener, NULL, NULL, SOCK_CLOEXEC);
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

void ring_poll(struct io_uring *ring, struct ring_tag tag, int fd, short events)
{
	struct io_uring_sqe *entry = entry_for(ring);

	io_uring_prep_poll_add(entry, fd, (unsigned short)events);
	set_tag(entry, tag);
}

void ring_watch(struct io_uring *ring, struct ring_tag tag, int fd)
{
	ring_poll(ring, tag, fd, POLLIN);
}

void ring_watch_end(struct io_uring *ring, struct ring_tag tag, int fd)
{
	ring_poll(ring, tag, fd, POLLRDHUP);
}

void ring_cancel(struct io_uring *ring, struct ring_tag tag, struct ring_tag of)
{
	struct io_uring_sqe *entry = entry_for(ring);

	io_uring_prep_cancel64(entry, ring_tag_pack(of), 0);
	set_tag(entry, tag);
}
