// SPDX-License-Identifier: Apache-2.0
#include "policy_tenants.h"

#include "policy_list.h"
#include "secret_file.h"
#include "settings_unique.h"
#include "tenant_table.h"

/* --- what each must be ------------------------------------------------------------------------ */

static void check_names(struct settings_context *c, const struct settings_tree_tenant *written)
{
	static const char tenant_names, tenant_ids;

	settings_unique(c, &tenant_names, &written->name, "the name of a tenant");
	for (size_t i = 0; i < written->ids.n; i++)
		settings_unique(c, &tenant_ids, &written->ids.items[i], "the id of a tenant");
}

static bool has_secret(const struct settings_tree_tenant *written)
{
	return written->secret_header.values.state != SETTINGS_VALUE_ABSENT;
}

/* More proofs than can exist would refuse everything. */
static void check_proofs(struct settings_context *c, const struct settings_tree *tree,
			 const struct settings_tree_tenant *written,
			 const struct policy_tenant *tenant)
{
	const struct settings_place *place = &written->proofs.place;
	unsigned int others = 1 + has_secret(written);

	if (!settings_value_is_good(&written->proofs) || tenant->proofs <= others)
		return;
	if (tenant->proofs > others + 1)
		settings_report_error(&c->report, place,
				      "3 proofs need a secret header; add secret_header, or write "
				      "proofs = 2");
	else if (settings_value_is_good(&tree->dkim.source) &&
		 tree->dkim.source.number == POLICY_DKIM_NONE)
		settings_report_error(
			&c->report, place,
			"%u proofs need signatures that are verified, and dkim.source is "
			"\"none\"; set dkim.source, or write proofs = %u",
			tenant->proofs, others);
}

static void check_unknown_ids(struct settings_context *c,
			      const struct settings_tree_tenant *written)
{
	if (settings_value_is_given(&written->ids) &&
	    written->unknown_ids.number == POLICY_UNKNOWN_IDS_IGNORE)
		settings_report_error(&c->report, &written->unknown_ids.place,
				      "the ids are known; take it out, or the ids");
}

static void check_required(struct settings_context *c, const struct settings_tree *tree,
			   const struct settings_tree_tenant *written,
			   const struct policy_tenant *tenant)
{
	if (settings_value_is_good(&tree->dkim.source) &&
	    tree->dkim.source.number == POLICY_DKIM_NONE &&
	    tenant->required & POLICY_PROOF_SIGNATURE)
		settings_report_error(&c->report, &written->required.place,
				      "nobody verifies signatures while dkim.source is \"none\"; "
				      "set dkim.source, or take \"signature\" out");
	if (tenant->required & POLICY_PROOF_SECRET && !has_secret(written))
		settings_report_error(&c->report, &written->required.place,
				      "there is no secret header; add secret_header, or take "
				      "\"secret\" out");
}

static void check_forwarding(struct settings_context *c, const struct settings_tree *tree,
			     const struct settings_tree_tenant *written)
{
	if (written->forwarding.number == POLICY_FORWARDING_SRS &&
	    settings_value_is_good(&tree->dkim.source) &&
	    tree->dkim.source.number == POLICY_DKIM_NONE)
		settings_report_error(
			&c->report, &written->forwarding.place,
			"\"srs\" needs signatures that are verified, and dkim.source is "
			"\"none\"; set dkim.source, or write forwarding = \"reject\"");
}

/* A secret of that name would be taken for a forged reason, and shown. */
static void check_reason_header(struct settings_context *c, const struct settings_tree *tree,
				const struct settings_tree_tenant *written)
{
	const struct settings_value *secret = &written->secret_header.name;

	if (settings_value_is_given(secret) && settings_value_is_given(&tree->reason_header) &&
	    span_eq_nocase(secret->text, tree->reason_header.text))
		settings_report_error(&c->report, &secret->place,
				      "the name that reason_header has; give the secret one of its "
				      "own");
}

/* Behind no gate a stamp is a text that anyone writes. */
static void check_open(struct settings_context *c, const struct settings_tree *tree,
		       const struct settings_tree_tenant *written,
		       const struct policy_tenant *tenant)
{
	if (tree->acl.check.number == POLICY_ACL_NONE &&
	    tree->certificate.check.number == POLICY_CERTIFICATE_NONE &&
	    settings_value_is_good(&written->proofs) && tenant->proofs < 2 &&
	    !(tenant->required & (POLICY_PROOF_SIGNATURE | POLICY_PROOF_SECRET)))
		settings_report_error(
			&c->report, &written->proofs.place,
			"an open relay: neither address nor certificate is checked, "
			"and anyone can write what Microsoft stamps; write proofs = 2, "
			"acl.check = \"addresses\" or certificate.check = \"names\"");
}

static unsigned int set_of(const struct settings_value *choices)
{
	unsigned int set = 0;

	for (size_t i = 0; i < choices->n; i++)
		set |= (unsigned int)choices->items[i].number;
	return set;
}

static struct policy_secret read_secret(struct settings_context *c,
					const struct settings_tree_secret_header *written)
{
	struct policy_secret secret = { .header = written->name.text };

	if (settings_value_is_given(&written->values))
		secret_file_read(c, &written->values, &secret.values);
	return secret;
}

/* Key by key: the tenant's own, or else that of all. */
static void set_rates(const struct settings_tree_rate_limit *own,
		      const struct settings_tree_rate_limit *all, uint32_t out[POLICY_RATES])
{
	const struct {
		const struct settings_value *own, *all;
	} rates[POLICY_RATES] = {
		[POLICY_RATE_MESSAGES_MINUTE] = { &own->messages_minute, &all->messages_minute },
		[POLICY_RATE_MESSAGES_HOUR] = { &own->messages_hour, &all->messages_hour },
		[POLICY_RATE_RECIPIENTS_MINUTE] = { &own->recipients_minute,
						    &all->recipients_minute },
		[POLICY_RATE_RECIPIENTS_HOUR] = { &own->recipients_hour, &all->recipients_hour },
	};

	for (size_t i = 0; i < POLICY_RATES; i++) {
		const struct settings_value *value =
			settings_value_is_given(rates[i].own) ? rates[i].own : rates[i].all;

		out[i] = settings_value_is_given(value) ? (uint32_t)value->number : 0;
	}
}

static void build_tenant(struct settings_context *c, const struct settings_tree *tree,
			 const struct settings_tree_tenant *written, struct policy_tenant *out)
{
	*out = (struct policy_tenant){
		.name = written->name.text,
		.ids = policy_list_spans(c, &written->ids),
		.unknown_ids = (enum policy_unknown_ids)written->unknown_ids.number,
		.originator_orgs = policy_list_spans(c, &written->originator_orgs),
		.dkim_domains = policy_list_spans(c, &written->dkim_domains),
		.secret = read_secret(c, &written->secret_header),
		.relay_addresses = policy_list_prefixes(c, &written->relay_addresses),
		.forwarding = (enum policy_forwarding)written->forwarding.number,
		.proofs = (unsigned int)written->proofs.number,
		.required = set_of(&written->required),
		.mode = (enum policy_mode)(settings_value_is_given(&written->mode) ?
						   written->mode.number :
						   tree->mode.number),
		.refusal = (enum policy_refusal)written->refusal.number,
	};
	set_rates(&written->rate_limit, &tree->rate_limit, out->rates);
	check_names(c, written);
	check_unknown_ids(c, written);
	check_proofs(c, tree, written, out);
	check_required(c, tree, written, out);
	check_forwarding(c, tree, written);
	check_reason_header(c, tree, written);
	check_open(c, tree, written, out);
}

/* --- all of them ------------------------------------------------------------------------------ */

/* The first that the tenant has from the start; empty if it is not among the domains. */
static struct span initial_of(const struct settings_value *domains)
{
	for (size_t i = 0; i < domains->n; i++)
		if (settings_value_is_initial(domains->items[i].text))
			return domains->items[i].text;
	return SPAN("");
}

struct builder {
	struct settings_context *context;
	const struct settings_tree *tree;
	struct policy_tenant *items;
	struct tenant_origin *origins;
	size_t n;
	struct policy_domains *domains;
};

static void add_tenant(struct builder *b, const struct settings_tree_tenant *written,
		       const config_setting_t *group, unsigned int line)
{
	struct policy_tenant *tenant = &b->items[b->n];

	build_tenant(b->context, b->tree, written, tenant);
	b->origins[b->n++] = (struct tenant_origin){
		.group = group,
		.line = line,
		.proofs_reason = settings_value_is_given(&written->proofs_reason),
		.monitor = settings_value_is_given(&written->mode) &&
			   written->mode.number == POLICY_MONITOR,
		.initial_domain = initial_of(&written->domains),
	};
	policy_domains_add(b->domains, tenant, written);
}

static bool make_room(struct builder *b, size_t most)
{
	b->items = settings_pool_array(b->context->keep, most, sizeof(*b->items));
	b->origins = settings_pool_array(b->context->scratch, most, sizeof(*b->origins));
	return b->items && b->origins;
}

/* Those of the settings, then those of the table, if one is open. */
static void add_tenants(struct builder *b, struct tenant_table *table)
{
	const struct settings_value *groups = &b->tree->tenants;
	const struct settings_tree_tenant *written = groups->groups;
	struct settings_tree_tenant row;

	if (!make_room(b, groups->n_groups + (table ? tenant_table_rows(table) : 0)))
		return;
	for (size_t i = 0; i < groups->n_groups; i++)
		add_tenant(b, &written[i],
			   config_setting_get_elem(groups->place.at, (unsigned int)i), 0);
	while (table && tenant_table_next(table, &row))
		add_tenant(b, &row, NULL, table->line);
}

static void check_tenants(struct settings_context *c, const struct settings_tree *tree, size_t n)
{
	if (!settings_value_is_given(&tree->tenant_table) &&
	    tree->tenants.state == SETTINGS_VALUE_ABSENT)
		settings_report_error(&c->report, &tree->tenants.place,
				      "missing; write tenants = ( { name = \"contoso\"; "
				      "domains = [ \"contoso.com\" ]; } )");
	else if (settings_value_is_given(&tree->tenant_table) && !n && !c->report.n_errors)
		settings_report_error(&c->report, &tree->tenant_table.place,
				      "no tenant in %s; write a row, as in name=contoso "
				      "ids=1234abcd-18c5-45e8-88de-123456789abc "
				      "domains=contoso.com,contoso.onmicrosoft.com",
				      tree->tenant_table.text.p);
}

void policy_tenants_build(struct settings_context *context, const struct settings_tree *tree,
			  struct policy_domains *domains, struct policy_tenants *out)
{
	struct builder b = { .context = context, .tree = tree, .domains = domains };
	const struct settings_value *path = &tree->tenant_table;
	struct tenant_table table = { 0 };

	if (!settings_value_is_given(path))
		add_tenants(&b, NULL);
	else if (tenant_table_open(&table, context, path))
		add_tenants(&b, &table);
	tenant_table_close(&table);
	check_tenants(context, tree, b.n);
	*out = (struct policy_tenants){
		.items = b.items,
		.origins = b.origins,
		.n = b.n,
		.n_table = b.n > tree->tenants.n_groups ? b.n - tree->tenants.n_groups : 0,
	};
}
