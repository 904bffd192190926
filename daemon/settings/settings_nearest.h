/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_nearest - which row of the table is a key, or which one was meant?
 */
#ifndef EXOGATE_SETTINGS_NEAREST_H
#define EXOGATE_SETTINGS_NEAREST_H

#include "settings_report.h"
#include "settings_table.h"

/*
 * The row of the key in the scope.  NULL if there is none, after an error about the place that
 * names what is nearest by edit distance, or else all that is known there.
 */
const struct settings_row *settings_nearest_known(struct settings_report *report,
						  const struct settings_scope *scope,
						  const char *key,
						  const struct settings_place *place);

#endif
