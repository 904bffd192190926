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

/* What is collected tenant by tenant, in the context's memory; begins with all else 0. */
struct policy_domains {
	struct settings_context *context;
	struct policy *policy;	      /* whose table is built */
	struct domain_batch *batches; /* of tenants' domains, newest first */
	struct domain_moves *moves;   /* tenants with a map, newest first */
	size_t n_written;	      /* domains, and rows of maps */
	size_t n;		      /* of policy_domains_build(): that belong to tenants */
};

/* Notes a tenant's domains and its map; the tenant stays where it is, *written need not. */
void policy_domains_add(struct policy_domains *domains, struct policy_tenant *tenant,
			const struct settings_tree_tenant *written);

/* Fills in policy->domains, domains->n and the moves of the tenants, and says who claims what. */
void policy_domains_build(struct policy_domains *domains, const struct settings_value *hosted);

#endif
