/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena - the bounded store of one message.
 *
 * One block of memory, used from both ends: received bytes and composed text grow up from the low
 * end, records grow down from the high end.  Nothing is freed singly; arena_reset() empties it.
 * The block belongs to whoever made the arena (daemon/io lends it from the first header field to
 * the end of the message).  Full means NULL or a failed outbuf, never growth.
 */
#ifndef EXOGATE_ARENA_H
#define EXOGATE_ARENA_H

#include "outbuf.h"

struct arena {
	char *base;
	size_t size;
	size_t low;  /* bytes in use at the low end */
	size_t high; /* offset of the first byte in use at the high end */
	size_t most; /* bytes that were ever in use at once */
};

static inline void arena_init(struct arena *arena, char *base, size_t size)
{
	*arena = (struct arena){ .base = base, .size = size, .high = size };
}

static inline size_t arena_used_bytes(const struct arena *arena)
{
	return arena->low + (arena->size - arena->high);
}

static inline void arena_note_use(struct arena *arena)
{
	if (arena_used_bytes(arena) > arena->most)
		arena->most = arena_used_bytes(arena);
}

static inline void arena_reset(struct arena *arena)
{
	arena_note_use(arena);
	arena->low = 0;
	arena->high = arena->size;
}

/* For received bytes, which come and go: how many are in use at the low end from now on. */
static inline void arena_set_low(struct arena *arena, size_t low)
{
	arena->low = low;
	arena_note_use(arena);
}

static inline size_t arena_free_bytes(const struct arena *arena)
{
	return arena->high - arena->low;
}

/* A record of size bytes at the high end, aligned for any type, or NULL if it does not fit. */
void *arena_record(struct arena *arena, size_t size);

/* An outbuf over all that is free; what is appended counts as used only by arena_commit(). */
struct outbuf arena_outbuf(struct arena *arena);

/* Keeps what was appended to out, which arena_outbuf() made and nothing has been put after. */
struct span arena_commit(struct arena *arena, const struct outbuf *out);

#endif
