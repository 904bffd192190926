/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_domains - whose is which domain: the table of all tenants' and hosted domains.
 *
 * A part of policy_build: reads the rewrite maps, since the domains that they lead to count as the
 * tenant's.
 */
#ifndef EXOGATE_POLICY_DOMAINS_H
#define EXOGATE_POLICY_DOMAINS_H

#include "settings_context.h"
#include "settings_tree.h"

/*
 * Fills in settings->policy.domains, n_domains and the moves of the tenants, which are in the order
 * of tree->tenants.
 */
void policy_domains_build(struct settings_context *context, const struct settings_tree *tree,
			  struct policy_tenant *tenants, struct settings *settings);

#endif
