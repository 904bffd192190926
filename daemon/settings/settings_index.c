// SPDX-License-Identifier: Apache-2.0
#include "settings_index.h"

#include <stdint.h>

#define FIRST_SLOTS 64u

struct settings_index_entry {
	const void *scope; /* NULL: the slot is empty */
	struct span name;
	const config_setting_t *at;
};

/* The names are the operator's own, so nobody can choose their collisions. */
static size_t hash(const void *scope, struct span name)
{
	return (size_t)span_hash_nocase(name, (uintptr_t)scope);
}

/* Its entry, or the empty slot where it would go. */
static struct settings_index_entry *find(const struct settings_index *index, const void *scope,
					 struct span name)
{
	size_t slot = hash(scope, name) & (index->n_slots - 1);
	struct settings_index_entry *e;

	while ((e = &index->slots[slot])->scope) {
		if (e->scope == scope && span_eq(e->name, name))
			break;
		slot = (slot + 1) & (index->n_slots - 1);
	}
	return e;
}

/* False without memory; then the index stays as it is. */
static bool grow(struct settings_index *index)
{
	struct settings_index larger = *index;
	const struct settings_index_entry *e;

	larger.n_slots = index->n_slots ? 4 * index->n_slots : FIRST_SLOTS;
	larger.slots = settings_pool_array(index->pool, larger.n_slots, sizeof(*larger.slots));
	if (!larger.slots)
		return false;
	for (size_t i = 0; i < index->n_slots; i++) {
		e = &index->slots[i];
		if (e->scope)
			*find(&larger, e->scope, e->name) = *e;
	}
	*index = larger;
	return true;
}

const config_setting_t *settings_index_add(struct settings_index *index, const void *scope,
					   struct span name, const config_setting_t *at)
{
	struct settings_index_entry *e;

	if (2 * (index->n + 1) > index->n_slots && !grow(index))
		return NULL;
	e = find(index, scope, name);
	if (e->scope)
		return e->at;
	*e = (struct settings_index_entry){ scope, name, at };
	index->n++;
	return NULL;
}
