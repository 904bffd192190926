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
 * Makes a ring for this thread alone, with an entry for each of so many connections, within what
 * the kernel allows.  False after one line on errors that names why the kernel refuses and what to
 * do about it.
 */
bool ring_open(struct io_uring *ring, size_t connections, FILE *errors);

/*
 * A free submission entry.  What is queued is submitted when there is none, which takes more
 * connections than the ring has entries.
 */
struct io_uring_sqe *ring_entry(struct io_uring *ring);

#endif
