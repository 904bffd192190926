// SPDX-License-Identifier: Apache-2.0
#include "policy_tables.h"

#include "policy_stamp.h"

static size_t slots_for(size_t n)
{
	size_t n_slots = 1;

	while (n_slots < 2 * n)
		n_slots *= 2;
	return n_slots;
}

static void add_stamps(struct policy_stamp_table *table, const struct policy_tenant *tenant,
		       const struct policy_span_list *values)
{
	for (size_t i = 0; i < values->n; i++)
		policy_stamp_add(table, values->items[i], tenant);
}

static void build_stamps(struct settings_context *c, const struct policy_tenant *tenants, size_t n,
			 struct policy_stamp_table *table)
{
	size_t n_stamps = 0;
	bool wanted = false;

	for (size_t i = 0; i < n; i++) {
		n_stamps += tenants[i].ids.n + tenants[i].originator_orgs.n;
		wanted |= tenants[i].forwarding != POLICY_FORWARDING_REJECT;
	}
	if (!wanted)
		return;
	table->slots = settings_pool_array(c->keep, slots_for(n_stamps), sizeof(*table->slots));
	if (!table->slots)
		return;
	table->n_slots = slots_for(n_stamps);
	for (size_t i = 0; i < n; i++) {
		add_stamps(table, &tenants[i], &tenants[i].ids);
		add_stamps(table, &tenants[i], &tenants[i].originator_orgs);
	}
}

static void build_stripped(struct settings_context *c, const struct policy_tenant *tenants,
			   size_t n, struct policy *policy)
{
	struct name_set *names = &policy->stripped_names;
	size_t n_names = policy->reason_header.len != 0;

	for (size_t i = 0; i < n; i++)
		n_names += tenants[i].secret.header.len != 0;
	if (!n_names)
		return;
	names->slots = settings_pool_array(c->keep, slots_for(n_names), sizeof(*names->slots));
	if (!names->slots)
		return;
	names->n_slots = slots_for(n_names);
	if (policy->reason_header.len)
		name_set_add(names, policy->reason_header);
	for (size_t i = 0; i < n; i++)
		if (tenants[i].secret.header.len)
			name_set_add(names, tenants[i].secret.header);
}

void policy_tables_build(struct settings_context *context, const struct policy_tenant *tenants,
			 size_t n, struct policy *policy)
{
	build_stamps(context, tenants, n, &policy->stamps);
	build_stripped(context, tenants, n, policy);
}
