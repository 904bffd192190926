// SPDX-License-Identifier: Apache-2.0
#include "settings_lint.h"

/* The one name with an asterisk that a certificate of Microsoft's has. */
#define LITERAL_ASTERISK "*.mail.protection.partner.outlook.cn"

struct linter {
	struct settings_context *context;
	const struct settings_tree *tree;
	const struct policy *policy;
};

static void lint_certificate(struct settings_report *report, const struct settings_value *names)
{
	for (size_t i = 0; i < names->n; i++)
		if (memchr(names->items[i].text.p, '*', names->items[i].text.len) &&
		    !span_eq(names->items[i].text, SPAN(LITERAL_ASTERISK)))
			settings_report_warning(report, &names->items[i].place,
						"an asterisk is only itself: no other name "
						"matches");
}

/* --- what counts for two tenants -------------------------------------------------------------- */

/* The name of the tenant with that entry in one of its lists. */
static struct span tenant_at(const struct settings_tree *tree, const config_setting_t *entry)
{
	const struct settings_tree_tenant *tenants = tree->tenants.groups;
	const config_setting_t *group = config_setting_parent(config_setting_parent(entry));

	return tenants[config_setting_index(group)].name.text;
}

/* Who has the domain, or else listed it before; empty if that is nobody but the tenant itself. */
static struct span other_tenant(struct linter *l, struct span self, const void *scope,
				const struct settings_value *item)
{
	const struct policy_tenant *owner = policy_tenant_of(l->policy, item->text);
	const config_setting_t *earlier =
		settings_index_add(&l->context->index, scope, item->text, item->place.at);

	if (owner)
		return span_eq(owner->name, self) ? SPAN("") : owner->name;
	return earlier ? tenant_at(l->tree, earlier) : SPAN("");
}

static void lint_shared(struct linter *l, struct span self, const void *scope,
			const struct settings_value *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct settings_value *item = &list->items[i];
		struct span other = other_tenant(l, self, scope, item);

		if (other.len)
			settings_report_warning(&l->context->report, &item->place,
						"\"%s\" of tenant \"%s\" counts for tenant "
						"\"%s\" too: right only while they merge",
						item->text.p, other.p, self.p);
	}
}

/* --- domains that are hosted too -------------------------------------------------------------- */

static void lint_hosted(struct linter *l, const struct settings_value *domains)
{
	for (size_t i = 0; i < domains->n; i++) {
		/* With its leading dot it is looked up as what it stands for, a subdomain. */
		struct span name = domains->items[i].text;
		const struct policy_tenant *owner = policy_tenant_of(l->policy, name);

		if (owner)
			settings_report_warning(
				&l->context->report, &domains->items[i].place,
				"\"%s\" is tenant \"%s\"'s: mail to it is taken from "
				"anyone; right only if this relay is its MX",
				name.p, owner->name.p);
	}
}

/* --- addresses -------------------------------------------------------------------------------- */

static bool overlaps(const struct prefix_set *set, const struct prefix *prefix)
{
	for (size_t i = 0; i < set->n; i++)
		if (prefix_contains(&set->items[i], prefix) ||
		    prefix_contains(prefix, &set->items[i]))
			return true;
	return false;
}

static void lint_addresses(struct linter *l, const struct settings_value *prefixes,
			   const char *consequence)
{
	for (size_t i = 0; i < prefixes->n; i++)
		if (overlaps(&l->policy->microsoft, &prefixes->items[i].prefix))
			settings_report_warning(&l->context->report, &prefixes->items[i].place,
						"\"%s\" is, or holds, an address of Exchange "
						"Online: %s",
						prefixes->items[i].text.p, consequence);
}

/* --- tenants ---------------------------------------------------------------------------------- */

static bool has_initial_domain(const struct settings_value *domains)
{
	for (size_t i = 0; i < domains->n; i++)
		if (settings_value_is_initial(domains->items[i].text))
			return true;
	return false;
}

/* How many proofs can agree at all; the stamp always can. */
static unsigned int possible_proofs(const struct policy *policy,
				    const struct settings_tree_tenant *tenant)
{
	return 1 + (policy->dkim_source != POLICY_DKIM_NONE) +
	       (tenant->secret_header.values.state != SETTINGS_VALUE_ABSENT);
}

static void lint_mode(struct settings_report *report, const struct settings_value *mode)
{
	if (settings_value_is_given(mode) && mode->number == POLICY_MONITOR)
		settings_report_warning(
			report, &mode->place,
			"\"monitor\" refuses nothing, right only to begin with: see "
			"exogated status --tenants");
}

static void lint_proofs(struct settings_report *report, const struct settings_tree_tenant *tenant)
{
	bool reason = settings_value_is_given(&tenant->proofs_reason);

	if (tenant->proofs.number == 1 && !reason)
		settings_report_warning(report, &tenant->proofs.place,
					"one forged or leaked signal is enough; if it must be, say "
					"why in proofs_reason");
	else if (tenant->proofs.number > 1 && reason)
		settings_report_warning(report, &tenant->proofs_reason.place,
					"has no effect while more than one proof must agree");
}

static void lint_tenant(struct linter *l, const struct settings_tree_tenant *tenant)
{
	static const char originator_orgs, dkim_domains;
	struct settings_report *report = &l->context->report;

	lint_proofs(report, tenant);
	if (l->policy->missing_certificate == POLICY_MISSING_IGNORE &&
	    tenant->proofs.number + 1 > possible_proofs(l->policy, tenant))
		settings_report_warning(report, &tenant->proofs.place,
					"mail without a certificate needs %u proofs, more than "
					"there can be: it will be refused",
					(unsigned int)tenant->proofs.number + 1);
	if (!has_initial_domain(&tenant->domains))
		settings_report_warning(
			report, &tenant->domains.place,
			"no *.onmicrosoft.com domain: notices that the tenant's own "
			"service sends will be refused");
	lint_mode(report, &tenant->mode);
	lint_addresses(l, &tenant->relay_addresses,
		       "any tenant's server there may relay through this one");
	if (tenant->ids.state == SETTINGS_VALUE_ABSENT &&
	    tenant->unknown_ids.number != POLICY_UNKNOWN_IDS_IGNORE)
		settings_report_warning(report, &tenant->ids.place,
					"none: mail that carries a tenant id, as Exchange Online's "
					"does, will be refused");
	if (tenant->forwarding.number == POLICY_FORWARDING_RESENT_FROM)
		settings_report_warning(report, &tenant->forwarding.place,
					"whoever can send as the tenant can write any From that is "
					"no tenant's");
	lint_shared(l, tenant->name.text, &originator_orgs, &tenant->originator_orgs);
	lint_shared(l, tenant->name.text, &dkim_domains, &tenant->dkim_domains);
}

void settings_lint(struct settings_context *context, const struct settings_tree *tree,
		   const struct policy *policy)
{
	struct linter linter = { context, tree, policy };
	struct settings_report *report = &context->report;
	const struct settings_tree_tenant *tenants = tree->tenants.groups;

	if (tree->acl.allow.n && policy->other_clients == POLICY_OTHER_REJECT)
		settings_report_warning(report, &tree->acl.allow.place,
					"has no effect while other_clients is \"reject\"");
	if (policy->acl_check == POLICY_ACL_NONE)
		settings_report_warning(report, &tree->acl.check.place,
					"whoever reaches the mail server is taken for Exchange "
					"Online%s",
					policy->certificate_check == POLICY_CERTIFICATE_NONE ?
						"" :
						" if the certificate is Microsoft's");
	lint_certificate(report, &tree->certificate.names);
	if (policy->missing_certificate == POLICY_MISSING_IGNORE)
		settings_report_warning(
			report, &tree->certificate.missing.place,
			"who holds no certificate of Microsoft's can send too, with "
			"one proof more");
	lint_mode(report, &tree->mode);
	lint_addresses(&linter, &tree->acl.allow,
		       "has no effect on those; whoever is in Exchange Online is judged");
	lint_addresses(&linter, &tree->certificate.exempt,
		       "from there no tenant's mail needs a certificate");
	lint_hosted(&linter, &tree->hosted.domains);
	for (size_t i = 0; i < tree->tenants.n_groups; i++)
		lint_tenant(&linter, &tenants[i]);
}
