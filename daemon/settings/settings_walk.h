/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_walk - from libconfig's tree to ours, by the table.
 *
 * Reports keys that are unknown (with the nearest known one), missing, of the wrong type, empty,
 * out of range or malformed, and values that a list repeats; looks at each key by itself.
 */
#ifndef EXOGATE_SETTINGS_WALK_H
#define EXOGATE_SETTINGS_WALK_H

#include "settings_context.h"
#include "settings_table.h"
#include "settings_tree.h"

/*
 * Fills in *out, whatever is wrong; what is has state SETTINGS_VALUE_BAD.  Borrows from root and
 * from the context's pools.
 */
void settings_walk(struct settings_context *context, const config_setting_t *root,
		   struct settings_tree *out);

/*
 * The parts of it that serve tables too, whose rows are groups of the settings file written
 * otherwise.  `place` is the row's, or that of its key.
 */

/* What a group of the scope is while none of its keys is there; out has the scope's size. */
void settings_walk_absent(struct settings_context *context, const struct settings_scope *scope,
			  const struct settings_place *place, void *out);

/* Reads one value from text, which a NUL follows. */
void settings_walk_text(struct settings_context *context, const struct settings_row *row,
			const struct settings_place *place, struct span text,
			struct settings_value *out);

/* Keeps it if it is good and new to its list, which out is; items has room for it. */
void settings_walk_item(struct settings_context *context, const struct settings_value *item,
			struct settings_value *out);

#endif
