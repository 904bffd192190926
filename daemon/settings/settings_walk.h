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
#include "settings_tree.h"

/*
 * Fills in *out, whatever is wrong; what is has state SETTINGS_VALUE_BAD.  Borrows from root and
 * from the context's pools.
 */
void settings_walk(struct settings_context *context, const config_setting_t *root,
		   struct settings_tree *out);

#endif
