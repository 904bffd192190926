/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_stamp - which tenant do a stamp of Microsoft's and a signature name?
 *
 * Ids are compared without case, domains as domain.h has them: in lower case, U-labels as A-labels.
 * Where a tenant lists no domains for a purpose, all that are its own count, those that its senders
 * move to and subdomains of ".example.com" included.
 */
#ifndef EXOGATE_POLICY_STAMP_H
#define EXOGATE_POLICY_STAMP_H

#include "policy.h"

/* Puts what is stamped on a tenant's mail into the table, whose slots start out 0. */
void policy_stamp_add(struct policy_stamp_table *table, struct span value,
		      const struct policy_tenant *tenant);

/* The one tenant that has this id; NULL if none has, if several have, or if nobody forwards. */
const struct policy_tenant *policy_stamped_id(const struct policy *policy, struct span id);

/* The same of the domain in X-OriginatorOrg. */
const struct policy_tenant *policy_stamped_org(const struct policy *policy, struct span domain);

/* Whether that domain stands for the tenant. */
bool policy_is_org(const struct policy *policy, const struct policy_tenant *tenant,
		   struct span domain);

/* Whether a signature of the domain speaks for the tenant. */
bool policy_is_signer(const struct policy *policy, const struct policy_tenant *tenant,
		      struct span domain);

#endif
