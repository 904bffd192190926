/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_lint - what is allowed and rarely meant.
 */
#ifndef EXOGATE_SETTINGS_LINT_H
#define EXOGATE_SETTINGS_LINT_H

#include "policy_tenants.h"
#include "settings_context.h"
#include "settings_tree.h"

/* Beyond which a table of tenants is recommended. */
#define SETTINGS_LINT_TENANTS 1000

/* Warns, on the context's report, about settings that are free of errors. */
void settings_lint(struct settings_context *context, const struct settings_tree *tree,
		   const struct policy *policy, const struct policy_tenants *tenants);

#endif
