// SPDX-License-Identifier: Apache-2.0
#include "settings_index.h"

#include <stdint.h>

#define FIRST_SLOTS 64u

struct settings_index_entry {
	uint64_t hash;
	const void *scope;
	struct span name;
	struct settings_place place;
};

/* The slot where the hash is looked for first, then those behind it. */
static const struct settings_index_entry **first_slot(const struct settings_index *index,
						      uint64_t hash)
{
	return &index->slots[hash & (index->n_slots - 1)];
}

static const struct settings_index_entry **next_slot(const struct settings_index *index,
						     const struct settings_index_entry **slot)
{
	return ++slot < index->slots + index->n_slots ? slot : index->slots;
}

/* False without memory; then the index stays as it is. */
static bool grow(struct settings_index *index)
{
	struct settings_index larger = *index;

	larger.n_slots = index->n_slots ? 4 * index->n_slots : FIRST_SLOTS;
	larger.slots = settings_pool_array(index->pool, larger.n_slots,
					   sizeof(const struct settings_index_entry *));
	if (!larger.slots)
		return false;
	for (size_t i = 0; i < index->n_slots; i++) {
		const struct settings_index_entry *e = index->slots[i], **slot;

		if (!e)
			continue;
		for (slot = first_slot(&larger, e->hash); *slot;)
			slot = next_slot(&larger, slot);
		*slot = e;
	}
	*index = larger;
	return true;
}

/* The names are the operator's own, so nobody can choose their collisions. */
const struct settings_place *settings_index_add(struct settings_index *index, const void *scope,
						struct span name,
						const struct settings_place *place)
{
	const struct settings_index_entry **slot, *e;
	struct settings_index_entry *added;
	uint64_t hash = span_hash_nocase(name, (uintptr_t)scope);

	if (2 * (index->n + 1) > index->n_slots && !grow(index))
		return NULL;
	for (slot = first_slot(index, hash); (e = *slot); slot = next_slot(index, slot))
		if (e->hash == hash && e->scope == scope && span_eq(e->name, name))
			return &e->place;
	added = settings_pool_array(index->pool, 1, sizeof(*added));
	if (!added)
		return NULL;
	*added = (struct settings_index_entry){ hash, scope, name, *place };
	*slot = added;
	index->n++;
	return NULL;
}
