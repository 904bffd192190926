// SPDX-License-Identifier: Apache-2.0
#include "settings_lint.h"

/* Of the domain that every tenant has from the start, by Microsoft's clouds. */
static const struct span initial_domains[] = {
	{ ".onmicrosoft.com", 16 },
	{ ".onmicrosoft.us", 15 },
	{ ".partner.onmschina.cn", 21 },
};

static bool ends_with(struct span text, struct span end)
{
	return text.len > end.len && span_eq(span_after(text, text.len - end.len), end);
}

static bool has_initial_domain(const struct settings_value *domains)
{
	for (size_t i = 0; i < domains->n; i++)
		for (size_t j = 0; j < sizeof(initial_domains) / sizeof(initial_domains[0]); j++)
			if (ends_with(domains->items[i].text, initial_domains[j]))
				return true;
	return false;
}

/* How many proofs can agree at all; the stamp always can. */
static unsigned int possible_proofs(const struct policy *policy)
{
	return policy->dkim_source == POLICY_DKIM_NONE ? 1 : 2;
}

static void lint_tenant(struct settings_report *report, const struct settings_tree_tenant *tenant,
			const struct policy *policy)
{
	if (tenant->proofs.number == 1)
		settings_report_warning(report, &tenant->proofs.place,
					"one forged or leaked signal is enough");
	if (policy->missing_certificate == POLICY_MISSING_IGNORE &&
	    tenant->proofs.number + 1 > possible_proofs(policy))
		settings_report_warning(report, &tenant->proofs.place,
					"mail without a certificate needs %u proofs, more than "
					"there can be: it will be refused",
					(unsigned int)tenant->proofs.number + 1);
	if (!has_initial_domain(&tenant->domains))
		settings_report_warning(
			report, &tenant->domains.place,
			"no *.onmicrosoft.com domain: notices that the tenant's own "
			"service sends will be refused");
	if (tenant->ids.state == SETTINGS_VALUE_ABSENT)
		settings_report_warning(report, &tenant->ids.place,
					"none: mail that carries a tenant id, as Exchange Online's "
					"does, will be refused");
}

void settings_lint(struct settings_report *report, const struct settings_tree *tree,
		   const struct policy *policy)
{
	const struct settings_tree_tenant *tenants = tree->tenants.groups;

	if (tree->acl.allow.n && policy->other_clients == POLICY_OTHER_REJECT)
		settings_report_warning(report, &tree->acl.allow.place,
					"has no effect while other_clients is \"reject\"");
	if (policy->missing_certificate == POLICY_MISSING_IGNORE)
		settings_report_warning(
			report, &tree->certificate.missing.place,
			"who holds no certificate of Microsoft's can send too, with "
			"one proof more");
	for (size_t i = 0; i < tree->tenants.n_groups; i++)
		lint_tenant(report, &tenants[i], policy);
}
