// SPDX-License-Identifier: Apache-2.0
#include "settings_lint.h"

/* The one name with an asterisk that a certificate of Microsoft's has. */
#define LITERAL_ASTERISK "*.mail.protection.partner.outlook.cn"

struct linter {
	struct settings_context *context;
	const struct settings_tree *tree;
	const struct policy *policy;
	const struct policy_tenants *tenants;
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

/* --- places ----------------------------------------------------------------------------------- */

/* Where the tenant has the key, or would have it. */
static struct settings_place place_of(const struct linter *l, size_t tenant, const char *key)
{
	const struct tenant_origin *origin = &l->tenants->origins[tenant];
	const config_setting_t *member;

	if (!origin->group)
		return (struct settings_place){ .key = key, .line = origin->line };
	member = config_setting_get_member(origin->group, key);
	if (member)
		return (struct settings_place){ .at = member };
	return (struct settings_place){ .at = origin->group, .key = key };
}

static struct settings_place place_of_item(const struct linter *l, size_t tenant, const char *key,
					   size_t item)
{
	struct settings_place place = place_of(l, tenant, key);

	if (place.at && !place.key)
		place.at = config_setting_get_elem(place.at, (unsigned int)item);
	return place;
}

/* --- what counts for two tenants -------------------------------------------------------------- */

/* The tenant that the place is in. */
static struct span tenant_at(const struct linter *l, const struct settings_place *place)
{
	const config_setting_t *group =
		place->at ? config_setting_parent(config_setting_parent(place->at)) : NULL;
	size_t i = 0;

	while (l->tenants->origins[i].group != group ||
	       (!group && l->tenants->origins[i].line != place->line))
		i++;
	return l->tenants->items[i].name;
}

/* Who has the domain, or else listed it before; empty if that is nobody but the tenant itself. */
static struct span other_tenant(struct linter *l, size_t self, struct span domain,
				const void *scope, const struct settings_place *place)
{
	const struct policy_tenant *tenant = &l->tenants->items[self];
	const struct policy_tenant *owner = policy_tenant_of(l->policy, domain);
	const struct settings_place *earlier;

	if (owner)
		return owner == tenant ? SPAN("") : owner->name;
	earlier = settings_index_add(&l->context->index, scope, domain, place);
	return earlier ? tenant_at(l, earlier) : SPAN("");
}

/* The key, which is a scope of its own, is a constant. */
static void lint_shared(struct linter *l, size_t tenant, const char *key,
			const struct policy_span_list *list)
{
	struct span self = l->tenants->items[tenant].name;

	for (size_t i = 0; i < list->n; i++) {
		const struct settings_place place = place_of_item(l, tenant, key, i);
		struct span other = other_tenant(l, tenant, list->items[i], key, &place);

		if (other.len)
			settings_report_warning(&l->context->report, &place,
						"\"%s\" of tenant \"%s\" counts for tenant "
						"\"%s\" too: right only while they merge",
						list->items[i].p, other.p, self.p);
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

static void lint_prefix(struct linter *l, const struct settings_place *place,
			const struct prefix *prefix, const char *consequence)
{
	char text[PREFIX_TEXT_SIZE];

	if (overlaps(&l->policy->microsoft, prefix))
		settings_report_warning(&l->context->report, place,
					"\"%s\" is, or holds, an address of Exchange Online: %s",
					prefix_format(prefix, text), consequence);
}

static void lint_addresses(struct linter *l, const struct settings_value *prefixes,
			   const char *consequence)
{
	for (size_t i = 0; i < prefixes->n; i++)
		lint_prefix(l, &prefixes->items[i].place, &prefixes->items[i].prefix, consequence);
}

/* --- name servers ----------------------------------------------------------------------------- */

static bool is_on_this_host(const struct prefix *address)
{
	static const struct prefix loopback[] = {
		{ .family = 4, .length = 8, .addr = { 127 } },
		{ .family = 6, .length = 128, .addr = { [15] = 1 } },
	};

	return prefix_contains(&loopback[0], address) || prefix_contains(&loopback[1], address);
}

static void lint_name_servers(struct settings_report *report, const struct settings_value *servers)
{
	for (size_t i = 0; i < servers->n; i++)
		if (!is_on_this_host(&servers->items[i].prefix))
			settings_report_warning(report, &servers->items[i].place,
						"\"%s\" is not on this host: who can forge its "
						"answers can forge signatures; best is a resolver "
						"here that validates",
						servers->items[i].text.p);
}

/* --- tenants ---------------------------------------------------------------------------------- */

/* How many proofs can agree at all; the stamp always can. */
static unsigned int possible_proofs(const struct policy *policy, const struct policy_tenant *tenant)
{
	return 1 + (policy->dkim_source != POLICY_DKIM_NONE) + (tenant->secret.header.len != 0);
}

static void warn_tenant(struct linter *l, size_t i, const char *key, const char *text)
{
	const struct settings_place place = place_of(l, i, key);

	settings_report_warning(&l->context->report, &place, "%s", text);
}

static void lint_proofs(struct linter *l, size_t i)
{
	unsigned int proofs = l->tenants->items[i].proofs;
	bool reason = l->tenants->origins[i].proofs_reason;
	const struct settings_place place = place_of(l, i, "proofs");

	if (proofs == 1 && !reason)
		warn_tenant(l, i, "proofs",
			    "one forged or leaked signal is enough; if it must be, say why in "
			    "proofs_reason");
	else if (proofs > 1 && reason)
		warn_tenant(l, i, "proofs_reason",
			    "has no effect while more than one proof must agree");
	if (l->policy->missing_certificate == POLICY_MISSING_IGNORE &&
	    proofs + 1 > possible_proofs(l->policy, &l->tenants->items[i]))
		settings_report_warning(&l->context->report, &place,
					"mail without a certificate needs %u proofs, more than "
					"there can be: it will be refused",
					proofs + 1);
}

/* A policy has them sorted, and without those that others contain: a row has one place for all. */
static void lint_relay_addresses(struct linter *l, size_t tenant)
{
	static const char consequence[] = "any tenant's server there may relay through this one";
	const struct settings_tree_tenant *written = l->tree->tenants.groups;
	const struct prefix_set *set = &l->tenants->items[tenant].relay_addresses;
	const struct settings_place place = place_of(l, tenant, "relay_addresses");

	if (tenant < l->tree->tenants.n_groups) {
		lint_addresses(l, &written[tenant].relay_addresses, consequence);
		return;
	}
	for (size_t i = 0; i < set->n; i++)
		lint_prefix(l, &place, &set->items[i], consequence);
}

static void lint_mode(struct settings_report *report, const struct settings_place *place)
{
	settings_report_warning(report, place,
				"\"monitor\" refuses nothing, right only to begin with: see "
				"exogated status --tenants");
}

/* Domains that are listed instead of the tenant's own. */
static void lint_list(struct linter *l, size_t i, const char *key,
		      const struct policy_span_list *list)
{
	struct span initial = l->tenants->origins[i].initial_domain;
	const struct settings_place place = place_of(l, i, key);

	if (list->n && initial.len && !policy_lists(list, initial))
		settings_report_warning(&l->context->report, &place,
					"without \"%s\" notices that the tenant's own service "
					"sends may be refused; add it",
					initial.p);
	lint_shared(l, i, key, list);
}

static void lint_tenant(struct linter *l, size_t i)
{
	static const char originator_orgs[] = "originator_orgs", dkim_domains[] = "dkim_domains";
	const struct policy_tenant *tenant = &l->tenants->items[i];
	const struct settings_place mode = place_of(l, i, "mode");

	lint_proofs(l, i);
	if (!l->tenants->origins[i].initial_domain.len)
		warn_tenant(l, i, "domains",
			    "no *.onmicrosoft.com domain: notices that the tenant's own service "
			    "sends will be refused");
	if (l->tenants->origins[i].monitor)
		lint_mode(&l->context->report, &mode);
	lint_relay_addresses(l, i);
	if (!tenant->ids.n && tenant->unknown_ids != POLICY_UNKNOWN_IDS_IGNORE)
		warn_tenant(l, i, "ids",
			    "none: mail that carries a tenant id, as Exchange Online's does, will "
			    "be refused");
	if (tenant->forwarding == POLICY_FORWARDING_RESENT_FROM)
		warn_tenant(l, i, "forwarding",
			    "whoever can send as the tenant can write any From that is no "
			    "tenant's");
	lint_list(l, i, originator_orgs, &tenant->originator_orgs);
	lint_list(l, i, dkim_domains, &tenant->dkim_domains);
}

static void lint_number(struct linter *l)
{
	const struct settings_value *groups = &l->tree->tenants;

	if (groups->n_groups > SETTINGS_LINT_TENANTS)
		settings_report_warning(&l->context->report, &groups->place,
					"%zu tenants; more than %d are read faster, and need less "
					"memory, from a table: tenant_table",
					groups->n_groups, SETTINGS_LINT_TENANTS);
}

void settings_lint(struct settings_context *context, const struct settings_tree *tree,
		   const struct policy *policy, const struct policy_tenants *tenants)
{
	struct linter linter = { context, tree, policy, tenants };
	struct settings_report *report = &context->report;

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
	else if (policy->certificate_check == POLICY_CERTIFICATE_NONE)
		settings_report_warning(report, &tree->certificate.check.place,
					"the address is the only gate, and every tenant of "
					"Microsoft's sends from it; \"names\" checks the "
					"certificate too");
	lint_certificate(report, &tree->certificate.names);
	if (policy->missing_certificate == POLICY_MISSING_IGNORE)
		settings_report_warning(
			report, &tree->certificate.missing.place,
			"who holds no certificate of Microsoft's can send too, with "
			"one proof more");
	if (policy->dkim.partial_counts)
		settings_report_warning(report, &tree->dkim.partial_body.place,
					"a signature is a proof though anyone may have added to "
					"the body");
	if (settings_value_is_given(&tree->mode) && tree->mode.number == POLICY_MONITOR)
		lint_mode(report, &tree->mode.place);
	if (policy->dkim_source == POLICY_DKIM_NATIVE)
		lint_name_servers(report, &tree->dns.servers);
	lint_addresses(&linter, &tree->acl.allow,
		       "has no effect on those; whoever is in Exchange Online is judged");
	lint_addresses(&linter, &tree->certificate.exempt,
		       "from there no tenant's mail needs a certificate");
	lint_hosted(&linter, &tree->hosted.domains);
	lint_number(&linter);
	for (size_t i = 0; i < tenants->n; i++)
		lint_tenant(&linter, i);
}
