// SPDX-License-Identifier: Apache-2.0
#include "policy.h"

#include <assert.h>

struct lookup {
	struct span name;
	bool subdomains;
	enum policy_domain_use use;
};

/* The table holds the operator's names only, so nobody can choose its collisions. */
static uint64_t hash_of(const struct lookup *lookup)
{
	return span_hash_nocase(lookup->name, lookup->subdomains + 2u * lookup->use);
}

static bool is_the_one(const struct policy_domain *d, const struct lookup *lookup)
{
	return d->subdomains == lookup->subdomains && d->use == lookup->use &&
	       span_eq(d->name, lookup->name);
}

/* The slot of the entry, or the empty one where it would go; the table is never full. */
static struct policy_domain_slot *find_slot(const struct policy_domain_table *table,
					    const struct lookup *lookup, uint64_t hash)
{
	size_t i = (size_t)hash & (table->n_slots - 1);

	while (table->slots[i].domain &&
	       !(table->slots[i].hash == hash && is_the_one(table->slots[i].domain, lookup)))
		i = (i + 1) & (table->n_slots - 1);
	return &table->slots[i];
}

bool policy_domain_add(struct policy_domain_table *table, const struct policy_domain *domain,
		       const struct policy_domain **earlier)
{
	const struct lookup lookup = { domain->name, domain->subdomains, domain->use };
	const uint64_t hash = hash_of(&lookup);
	struct policy_domain_slot *slot;

	assert((table->n_slots & (table->n_slots - 1)) == 0);
	slot = find_slot(table, &lookup, hash);
	*earlier = slot->domain;
	if (*earlier)
		return false;
	*slot = (struct policy_domain_slot){ domain, hash };
	table->n_covering += domain->subdomains;
	return true;
}

/* The longest entry that covers the domain: the name itself, then each of its parents. */
static const struct policy_domain *find_covering(const struct policy_domain_table *table,
						 struct span domain, enum policy_domain_use use)
{
	struct lookup lookup = { domain, false, use };
	const struct policy_domain *found;

	if (table->n_slots == 0)
		return NULL;
	while (!(found = find_slot(table, &lookup, hash_of(&lookup))->domain)) {
		const char *dot = memchr(lookup.name.p, '.', lookup.name.len);

		if (!dot || !table->n_covering)
			return NULL;
		lookup.name = span_after(lookup.name, (size_t)(dot - lookup.name.p) + 1);
		lookup.subdomains = true;
	}
	return found;
}

const struct policy_tenant *policy_tenant_of(const struct policy *policy, struct span domain)
{
	const struct policy_domain *found;

	if (!domain.len)
		return NULL;
	found = find_covering(&policy->domains, domain, POLICY_DOMAIN_TENANT);
	return found ? found->tenant : NULL;
}

bool policy_hosts(const struct policy *policy, struct span domain)
{
	return domain.len && find_covering(&policy->domains, domain, POLICY_DOMAIN_HOSTED);
}
