/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_build - from the settings, key by key, to the policy that messages are judged by.
 *
 * Here is checked what no key can tell by itself: names that two tenants claim, proofs that cannot
 * exist, rewriting into foreign domains.  Reads Microsoft's endpoint list, the table of tenants and
 * the rewrite maps.
 */
#ifndef EXOGATE_POLICY_BUILD_H
#define EXOGATE_POLICY_BUILD_H

#include "policy_tenants.h"
#include "settings_context.h"
#include "settings_tree.h"

/*
 * Fills in settings->policy, n_tenants and n_domains from the tree and the table of tenants, in the
 * context's lasting memory; *tenants is what is known of them beside.  The result is of use only if
 * the context's report counts no error and neither of its pools failed; a bad value in the tree
 * draws no further errors.
 */
void policy_build(struct settings_context *context, const struct settings_tree *tree,
		  struct settings *settings, struct policy_tenants *tenants);

#endif
