/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_unique - an error for what was written before.
 */
#ifndef EXOGATE_SETTINGS_UNIQUE_H
#define EXOGATE_SETTINGS_UNIQUE_H

#include "settings_context.h"
#include "settings_value.h"

/*
 * Reports a value that is given again in its scope (settings_index.h), and where it was first.
 * What it is says "the name of a tenant".
 */
void settings_unique(struct settings_context *context, const void *scope,
		     const struct settings_value *value, const char *what);

#endif
