// SPDX-License-Identifier: Apache-2.0
#include "arena_pool.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t round_to_page(size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) / page * page;
}

bool arena_pool_open(struct arena_pool *pool, size_t n, size_t arena_bytes)
{
	*pool = (struct arena_pool){ .arena_bytes = round_to_page(arena_bytes), .n = n };
	pool->memory = mmap(NULL, n * pool->arena_bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	pool->arenas = calloc(n, sizeof(*pool->arenas));
	pool->free = calloc(n, sizeof(struct arena *));
	if (pool->memory == MAP_FAILED || !pool->arenas || !pool->free) {
		arena_pool_close(pool);
		errno = ENOMEM;
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		arena_init(&pool->arenas[i], pool->memory + i * pool->arena_bytes,
			   pool->arena_bytes);
		pool->free[pool->n_free++] = &pool->arenas[i];
	}
	return true;
}

void arena_pool_close(struct arena_pool *pool)
{
	if (pool->memory && pool->memory != MAP_FAILED)
		munmap(pool->memory, pool->n * pool->arena_bytes);
	free(pool->arenas);
	free(pool->free);
	*pool = (struct arena_pool){ 0 };
}

struct arena *arena_pool_take(struct arena_pool *pool)
{
	return pool->n_free ? pool->free[--pool->n_free] : NULL;
}

/* Both ends were used: what lies between the warm bytes of each goes back to the kernel. */
static void release_cold_pages(const struct arena_pool *pool, const struct arena *arena)
{
	size_t low = round_to_page(ARENA_POOL_WARM_BYTES / 2);

	madvise(arena->base + low, pool->arena_bytes - 2 * low, MADV_DONTNEED);
}

void arena_pool_give_back(struct arena_pool *pool, struct arena *arena)
{
	arena_reset(arena);
	if (arena->most > ARENA_POOL_WARM_BYTES / 2)
		release_cold_pages(pool, arena);
	arena->most = 0;
	pool->free[pool->n_free++] = arena;
}
