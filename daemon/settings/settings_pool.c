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
	struct block *common; /* that small things are taken from; NULL: none yet */
	size_t used;	      /* bytes of it */
	bool failed;
};

struct settings_pool *settings_pool_new(void)
{
	return calloc(1, sizeof(struct settings_pool));
}

static void free_blocks_but(struct settings_pool *pool, struct block *kept)
{
	struct block *block;

	while ((block = pool->blocks)) {
		pool->blocks = block->next;
		if (block != kept)
			free(block);
	}
}

void settings_pool_free(struct settings_pool *pool)
{
	if (!pool)
		return;
	free_blocks_but(pool, NULL);
	free(pool);
}

void settings_pool_reset(struct settings_pool *pool)
{
	free_blocks_but(pool, pool->common);
	pool->blocks = pool->common;
	if (!pool->common)
		return;
	memset(pool->common->bytes, 0, pool->used);
	pool->common->next = NULL;
	pool->used = 0;
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
static void *allocate(struct settings_pool *pool, size_t bytes, size_t align)
{
	size_t at = (pool->used + align - 1) / align * align;
	struct block *block;

	if (!pool->common || at + bytes > BLOCK_BYTES) {
		block = add_block(pool, bytes > BLOCK_BYTES / 8 ? bytes : BLOCK_BYTES);
		if (!block || bytes > BLOCK_BYTES / 8)
			return block ? block->bytes : NULL;
		pool->common = block;
		at = 0;
	}
	pool->used = at + bytes;
	return pool->common->bytes + at;
}

void *settings_pool_array(struct settings_pool *pool, size_t n, size_t size)
{
	if (n == 0)
		return NULL;
	if (n > (SIZE_MAX / 2) / size) {
		pool->failed = true;
		return NULL;
	}
	return allocate(pool, n * size, size == 1 ? 1 : alignof(uint64_t));
}

struct span settings_pool_text(struct settings_pool *pool, struct span text)
{
	char *copy = allocate(pool, text.len + 1, 1);

	if (!copy)
		return SPAN("");
	memcpy(copy, text.p, text.len);
	return span_of(copy, text.len);
}

bool settings_pool_failed(const struct settings_pool *pool)
{
	return pool->failed;
}
