// SPDX-License-Identifier: Apache-2.0
#include "arena.h"

#include <assert.h>
#include <stdalign.h>

void *arena_record(struct arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	size_t at;

	if (size > arena_free_bytes(arena))
		return NULL;
	at = (arena->high - size) / align * align;
	if (at < arena->low)
		return NULL;
	arena->high = at;
	return arena->base + at;
}

struct outbuf arena_outbuf(struct arena *arena)
{
	return outbuf_over(arena->base + arena->low, arena_free_bytes(arena));
}

struct span arena_commit(struct arena *arena, const struct outbuf *out)
{
	assert(out->p == arena->base + arena->low && out->len <= arena_free_bytes(arena));
	arena->low += out->len;
	return outbuf_span(out);
}
