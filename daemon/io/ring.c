// SPDX-License-Identifier: Apache-2.0
#include "ring.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

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
	if (error) {
		fprintf(errors, "exogated: the kernel refuses io_uring: %s; %s\n", strerror(-error),
			mend_of(-error));
		return false;
	}
	return true;
}

struct io_uring_sqe *ring_entry(struct io_uring *ring)
{
	struct io_uring_sqe *entry;

	while (!(entry = io_uring_get_sqe(ring))) {
		int result = io_uring_submit(ring);

		/* Short of memory, or of room for completions, the kernel asks to try again. */
		assert(result >= 0 || result == -EINTR || result == -EAGAIN || result == -EBUSY);
	}
	return entry;
}
