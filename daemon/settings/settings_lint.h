/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_lint - what is allowed and rarely meant.
 */
#ifndef EXOGATE_SETTINGS_LINT_H
#define EXOGATE_SETTINGS_LINT_H

#include "settings_context.h"
#include "settings_tree.h"

/* Warns about settings that are free of errors. */
void settings_lint(struct settings_report *report, const struct settings_tree *tree,
		   const struct policy *policy);

#endif
