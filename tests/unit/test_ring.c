// SPDX-License-Identifier: Apache-2.0
/* That a ring does what ring.h offers, and nothing else: what runs on it parses hostile bytes. */
#include "ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

/* What EXOGATE_PLAIN_RING is set to where a kernel lacks what newer ones have. */
static const char *const restricted[] = { NULL, "restricted" };

static struct io_uring open_ring(const char *plain, bool enabled)
{
	struct io_uring ring;

	if (plain)
		setenv("EXOGATE_PLAIN_RING", plain, 1);
	else
		unsetenv("EXOGATE_PLAIN_RING");
	harness_row("%s", plain ? plain : "all that the kernel has");
	if (!CHECK(ring_open(&ring, 100, stderr)))
		exit(1);
	if (enabled)
		CHECK_EQ(ring_enable(&ring), 0);
	return ring;
}

/* Submits what has been prepared; the result of its completion, or of the submission. */
static int result_of(struct io_uring *ring, uint64_t user_data)
{
	struct io_uring_cqe *cqe;
	int result = io_uring_submit_and_wait(ring, 1);

	if (result < 0)
		return result;
	if (io_uring_peek_cqe(ring, &cqe))
		return -ENODATA;
	CHECK_EQ(cqe->user_data, user_data);
	result = cqe->res;
	io_uring_cqe_seen(ring, cqe);
	return result;
}

static void prepare_openat(struct io_uring_sqe *entry)
{
	io_uring_prep_openat(entry, AT_FDCWD, "/dev/null", O_RDONLY, 0);
}

static void prepare_connect(struct io_uring_sqe *entry)
{
	static const struct sockaddr nowhere = { .sa_family = AF_UNIX };

	io_uring_prep_connect(entry, 0, &nowhere, sizeof(nowhere));
}

static void prepare_socket(struct io_uring_sqe *entry)
{
	io_uring_prep_rw(IORING_OP_SOCKET, entry, AF_INET, NULL, 0, SOCK_STREAM);
}

static void prepare_write(struct io_uring_sqe *entry)
{
	io_uring_prep_write(entry, 1, "", 0, 0);
}

/* An operation that is allowed, with a flag: workers of the kernel's are none of what is needed. */
static void prepare_async(struct io_uring_sqe *entry)
{
	io_uring_prep_poll_add(entry, 0, 0);
	io_uring_sqe_set_flags(entry, IOSQE_ASYNC);
}

static void prepare_linked(struct io_uring_sqe *entry)
{
	io_uring_prep_poll_add(entry, 0, 0);
	io_uring_sqe_set_flags(entry, IOSQE_IO_LINK);
}

TEST(what_is_not_needed_is_refused)
{
	static void (*const prepare[])(struct io_uring_sqe *) = {
		prepare_openat, io_uring_prep_nop, prepare_connect, prepare_socket,
		prepare_write,	prepare_async,	   prepare_linked,
	};

	for (size_t i = 0; i < N_ELEMENTS(restricted); i++) {
		struct io_uring ring = open_ring(restricted[i], true);

		CHECK(ring_is_restricted(&ring));
		for (size_t j = 0; j < N_ELEMENTS(prepare); j++) {
			struct io_uring_sqe *entry = io_uring_get_sqe(&ring);

			harness_row("ring %zu, operation %zu", i, j);
			prepare[j](entry);
			io_uring_sqe_set_data64(entry, j);
			CHECK_EQ(result_of(&ring, j), -EACCES);
		}
		io_uring_queue_exit(&ring);
	}
}

TEST(nothing_can_be_registered)
{
	for (size_t i = 0; i < N_ELEMENTS(restricted); i++) {
		struct io_uring ring = open_ring(restricted[i], true);
		struct io_uring_restriction more = { .opcode = IORING_RESTRICTION_SQE_OP };
		int fd = 0;

		CHECK_EQ(io_uring_register_files(&ring, &fd, 1), -EACCES);
		CHECK(io_uring_register_restrictions(&ring, &more, 1) < 0);
		io_uring_queue_exit(&ring);
	}
}

TEST(nothing_is_done_before_it_is_enabled)
{
	for (size_t i = 0; i < N_ELEMENTS(restricted); i++) {
		struct io_uring ring = open_ring(restricted[i], false);

		ring_watch(&ring, (struct ring_tag){ .kind = 1 }, 0);
		CHECK_EQ(io_uring_submit(&ring), -EBADFD);
		io_uring_queue_exit(&ring);
	}
}

/* Every operation of ring.h, also on a ring of a kernel that knows no restriction. */
TEST(what_is_needed_is_allowed)
{
	static const char *const all[] = { NULL, "restricted", "" };

	for (size_t i = 0; i < N_ELEMENTS(all); i++) {
		struct io_uring ring = open_ring(all[i], true);
		struct __kernel_timespec delay = { .tv_nsec = 1 };
		struct ring_tag tag = { .kind = 7, .slot = 1234567, .generation = 0x123456 };
		int ends[2], event = eventfd(1, EFD_CLOEXEC);
		char byte = 0;

		CHECK_EQ(ring_is_restricted(&ring), i < 2);
		CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
		ring_watch(&ring, tag, event);
		CHECK(result_of(&ring, ring_tag_pack(tag)) > 0);
		ring_wait(&ring, tag, &delay);
		CHECK_EQ(result_of(&ring, ring_tag_pack(tag)), -ETIME);
		ring_send(&ring, tag, ends[0], SPAN("x"));
		CHECK_EQ(result_of(&ring, ring_tag_pack(tag)), 1);
		ring_receive(&ring, tag, ends[1], &byte, 1);
		CHECK_EQ(result_of(&ring, ring_tag_pack(tag)), 1);
		CHECK_EQ(byte, 'x');
		ring_accept(&ring, tag, ends[0]); /* not listening, but not refused */
		CHECK_EQ(result_of(&ring, ring_tag_pack(tag)), -EINVAL);
		ring_cancel(&ring, tag, tag);
		CHECK_EQ(result_of(&ring, ring_tag_pack(tag)), -ENOENT);
		close(ends[0]);
		ring_watch_end(&ring, tag, ends[1]);
		CHECK(result_of(&ring, ring_tag_pack(tag)) > 0);
		close(ends[1]);
		close(event);
		io_uring_queue_exit(&ring);
	}
}

HARNESS_MAIN
