/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_index - has this been written before, and where?
 *
 * Names are the operator's, exact, and apart by scope: any address that stands for one list or one
 * kind of name.  Memory is from the pool; adding costs O(1) on the average.
 */
#ifndef EXOGATE_SETTINGS_INDEX_H
#define EXOGATE_SETTINGS_INDEX_H

#include "settings_pool.h"
#include "settings_report.h"
#include "span.h"

struct settings_index_entry;

struct settings_index {
	struct settings_pool *pool;
	const struct settings_index_entry **slots;
	size_t n_slots; /* 0 or a power of two of at least twice n */
	size_t n;
};

/*
 * NULL if the name is new in its scope; else where it was written first.  The text is borrowed for
 * as long as the index is in use.
 */
const struct settings_place *settings_index_add(struct settings_index *index, const void *scope,
						struct span name,
						const struct settings_place *place);

#endif
