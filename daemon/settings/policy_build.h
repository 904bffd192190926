/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_build - from the settings, key by key, to the policy that messages are judged by.
 *
 * Here is checked what no key can tell by itself: names that two tenants claim, proofs that cannot
 * exist, rewriting into foreign domains.  Reads Microsoft's endpoint list and the rewrite maps.
 */
#ifndef EXOGATE_POLICY_BUILD_H
#define EXOGATE_POLICY_BUILD_H

#include "settings_context.h"
#include "settings_tree.h"

/*
 * Fills in settings->policy, n_tenants and n_domains from the tree, in the context's lasting
 * memory.  The result is of use only if the context's report counts no error and neither of its
 * pools failed; a bad value in the tree draws no further errors.
 */
void policy_build(struct settings_context *context, const struct settings_tree *tree,
		  struct settings *settings);

#endif
