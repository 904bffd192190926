// SPDX-License-Identifier: Apache-2.0
#include "policy_stamp.h"

#include <assert.h>

/* The slot of the stamp, or the empty one where it would go; the table is never full. */
static struct policy_stamp *find_stamp(const struct policy_stamp_table *table, struct span value)
{
	size_t slot = (size_t)span_hash_nocase(value, 0) & (table->n_slots - 1);

	while (table->slots[slot].value.len && !span_eq_nocase(table->slots[slot].value, value))
		slot = (slot + 1) & (table->n_slots - 1);
	return &table->slots[slot];
}

void policy_stamp_add(struct policy_stamp_table *table, struct span value,
		      const struct policy_tenant *tenant)
{
	struct policy_stamp *stamp;

	assert((table->n_slots & (table->n_slots - 1)) == 0);
	stamp = find_stamp(table, value);
	if (stamp->value.len && stamp->tenant != tenant)
		tenant = NULL;
	*stamp = (struct policy_stamp){ value, tenant };
}

const struct policy_tenant *policy_stamped_id(const struct policy *policy, struct span id)
{
	return policy->stamps.n_slots ? find_stamp(&policy->stamps, id)->tenant : NULL;
}

/* Those that list it, and whose own it is, must be one. */
const struct policy_tenant *policy_stamped_org(const struct policy *policy, struct span domain)
{
	const struct policy_tenant *owner;
	const struct policy_stamp *listed;

	if (!policy->stamps.n_slots || !domain.len)
		return NULL;
	listed = find_stamp(&policy->stamps, domain);
	owner = policy_tenant_of(policy, domain);
	if (!owner || owner->originator_orgs.n)
		return listed->tenant;
	return !listed->value.len || listed->tenant == owner ? owner : NULL;
}

static bool is_among(const struct policy *policy, const struct policy_tenant *tenant,
		     const struct policy_span_list *domains, struct span domain)
{
	return domains->n ? policy_lists(domains, domain) :
			    policy_tenant_of(policy, domain) == tenant;
}

bool policy_is_org(const struct policy *policy, const struct policy_tenant *tenant,
		   struct span domain)
{
	return is_among(policy, tenant, &tenant->originator_orgs, domain);
}

bool policy_is_signer(const struct policy *policy, const struct policy_tenant *tenant,
		      struct span domain)
{
	return is_among(policy, tenant, &tenant->dkim_domains, domain);
}
