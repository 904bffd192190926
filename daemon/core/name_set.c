// SPDX-License-Identifier: Apache-2.0
#include "name_set.h"

#include <assert.h>

/* The slot of the name, or the empty one where it would go; the set is never full. */
static size_t find_slot(const struct name_set *set, struct span name)
{
	size_t slot = (size_t)span_hash_nocase(name, 0) & (set->n_slots - 1);

	while (set->slots[slot].len && !span_eq_nocase(set->slots[slot], name))
		slot = (slot + 1) & (set->n_slots - 1);
	return slot;
}

void name_set_add(struct name_set *set, struct span name)
{
	assert((set->n_slots & (set->n_slots - 1)) == 0);
	assert(name.len && name.len <= NAME_SET_NAME_MAX);
	set->slots[find_slot(set, name)] = name;
	set->lengths |= UINT64_C(1) << name.len;
}

bool name_set_has(const struct name_set *set, struct span name)
{
	if (name.len > NAME_SET_NAME_MAX || !(set->lengths >> name.len & 1))
		return false;
	return set->slots[find_slot(set, name)].len != 0;
}
