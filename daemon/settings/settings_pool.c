// SPDX-License-Identifier: Apache-2.0
#include "settings_pool.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#define BLOCK_BYTES 65536u

struct block {
	struct block *next;
	alignas(max_align_t) char bytes[];
};

struct settings_pool {
	struct block *blocks;
	char *free;
	size_t free_bytes;
	bool failed;
};

struct settings_pool *settings_pool_new(void)
{
	return calloc(1, sizeof(struct settings_pool));
}

void settings_pool_free(struct settings_pool *pool)
{
	struct block *block, *next;

	if (!pool)
		return;
	for (block = pool->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	free(pool);
}

static struct block *add_block(struct settings_pool *pool, size_t bytes)
{
	struct block *block = calloc(1, sizeof(*block) + bytes);

	if (!block) {
		pool->failed = true;
		return NULL;
	}
	block->next = pool->blocks;
	pool->blocks = block;
	return block;
}

/* What is large gets a block of its own, so that little of a common one is ever lost. */
static void *allocate(struct settings_pool *pool, size_t bytes)
{
	struct block *block;
	char *memory;

	if (bytes > pool->free_bytes) {
		block = add_block(pool, bytes > BLOCK_BYTES / 8 ? bytes : BLOCK_BYTES);
		if (!block || bytes > BLOCK_BYTES / 8)
			return block ? block->bytes : NULL;
		pool->free = block->bytes;
		pool->free_bytes = BLOCK_BYTES;
	}
	memory = pool->free;
	pool->free += bytes;
	pool->free_bytes -= bytes;
	return memory;
}

void *settings_pool_array(struct settings_pool *pool, size_t n, size_t size)
{
	const size_t align = alignof(max_align_t);

	if (n == 0)
		return NULL;
	if (n > (SIZE_MAX / 2) / size) {
		pool->failed = true;
		return NULL;
	}
	return allocate(pool, (n * size + align - 1) / align * align);
}

struct span settings_pool_text(struct settings_pool *pool, struct span text)
{
	char *copy = settings_pool_array(pool, text.len + 1, 1);

	if (!copy)
		return SPAN("");
	memcpy(copy, text.p, text.len);
	return span_of(copy, text.len);
}

bool settings_pool_failed(const struct settings_pool *pool)
{
	return pool->failed;
}
