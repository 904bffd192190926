/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena_pool - the arenas that messages are lent.
 *
 * All address space is reserved at once and touched only as far as messages fill it: the pages of a
 * large message go back to the kernel when its arena comes back, those of a common one stay.
 */
#ifndef EXOGATE_ARENA_POOL_H
#define EXOGATE_ARENA_POOL_H

#include "arena.h"

/* What an arena in the pool may keep in memory. */
#define ARENA_POOL_WARM_BYTES (64u * 1024u)

struct arena_pool {
	char *memory;
	size_t arena_bytes;
	size_t n;
	struct arena *arenas;
	struct arena **free; /* a stack: the one last used is the warmest */
	size_t n_free;
};

/* False with errno if the address space cannot be had. */
bool arena_pool_open(struct arena_pool *pool, size_t n, size_t arena_bytes);
void arena_pool_close(struct arena_pool *pool);

/* An empty arena, or NULL if all are lent. */
struct arena *arena_pool_take(struct arena_pool *pool);
void arena_pool_give_back(struct arena_pool *pool, struct arena *arena);

#endif
