/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_tenants - the tenants of a policy, of the settings and of their table.
 *
 * A part of policy_build.
 */
#ifndef EXOGATE_POLICY_TENANTS_H
#define EXOGATE_POLICY_TENANTS_H

#include "policy_domains.h"
#include "settings_context.h"
#include "settings_tree.h"

/* Where a tenant was written, and what its policy does not say. */
struct tenant_origin {
	const config_setting_t *group; /* NULL: in the table */
	unsigned int line;	       /* of the table */
	bool proofs_reason;	       /* it says why its proofs are so few */
	bool monitor;		       /* its own mode, not that of all */
	struct span initial_domain;    /* of its own, from the start; empty: not among them */
};

struct policy_tenants {
	struct policy_tenant *items;	     /* of the context's lasting memory */
	const struct tenant_origin *origins; /* of its scratch memory */
	size_t n;
	size_t n_table; /* of them, those of the table: the last ones */
};

/* Builds and checks them, and tells domains of each. */
void policy_tenants_build(struct settings_context *context, const struct settings_tree *tree,
			  struct policy_domains *domains, struct policy_tenants *out);

#endif
