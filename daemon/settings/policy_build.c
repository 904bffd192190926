// SPDX-License-Identifier: Apache-2.0
#include "policy_build.h"

#include "idn.h"
#include "policy_acl.h"
#include "policy_domains.h"
#include "policy_tables.h"
#include "secret_file.h"

/* --- lists ------------------------------------------------------------------------------------ */

static struct policy_span_list keep_spans(struct settings_context *c,
					  const struct settings_value *list)
{
	struct span *items = settings_pool_array(c->keep, list->n, sizeof(*items));

	if (!items)
		return (struct policy_span_list){ 0 };
	for (size_t i = 0; i < list->n; i++)
		items[i] = list->items[i].text;
	return (struct policy_span_list){ items, list->n };
}

/* The tenant's domains, as far as they are names of their own. */
static struct policy_span_list keep_undotted(struct settings_context *c,
					     const struct settings_value *domains)
{
	struct span *items = settings_pool_array(c->keep, domains->n, sizeof(*items));
	size_t n = 0;

	for (size_t i = 0; items && i < domains->n; i++)
		if (domains->items[i].text.p[0] != '.')
			items[n++] = domains->items[i].text;
	return (struct policy_span_list){ items, n };
}

static struct policy_span_list keep_or_derive(struct settings_context *c,
					      const struct settings_value *list,
					      const struct settings_value *domains)
{
	return settings_value_is_given(list) ? keep_spans(c, list) : keep_undotted(c, domains);
}

static struct prefix_set keep_prefixes(struct settings_context *c,
				       const struct settings_value *list)
{
	struct prefix_set set = { 0 };

	set.items = settings_pool_array(c->keep, list->n, sizeof(*set.items));
	if (!set.items)
		return set;
	for (; set.n < list->n; set.n++)
		set.items[set.n] = list->items[set.n].prefix;
	prefix_set_normalise(&set);
	return set;
}

/* --- tenants ---------------------------------------------------------------------------------- */

static void check_unique(struct settings_context *c, const void *scope,
			 const struct settings_value *value, const char *what)
{
	const config_setting_t *earlier;

	if (!settings_value_is_given(value))
		return;
	earlier = settings_index_add(&c->index, scope, value->text, value->place.at);
	if (earlier)
		settings_report_error(&c->report, &value->place, "\"%s\" is already %s (%s:%u)",
				      value->text.p, what,
				      settings_report_file(&c->report, earlier),
				      config_setting_source_line(earlier));
}

static void check_names(struct settings_context *c, const struct settings_tree_tenant *written)
{
	static const char tenant_names, tenant_ids;

	check_unique(c, &tenant_names, &written->name, "the name of a tenant");
	for (size_t i = 0; i < written->ids.n; i++)
		check_unique(c, &tenant_ids, &written->ids.items[i], "the id of a tenant");
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
	else if (settings_value_is_good(&written->domains) &&
		 written->dkim_domains.state == SETTINGS_VALUE_ABSENT &&
		 tenant->dkim_domains.n == 0)
		settings_report_error(&c->report, place,
				      "%u proofs need a domain whose signatures count; write "
				      "dkim_domains = [ \"contoso.com\" ], or proofs = %u",
				      tenant->proofs, others);
}

/* Without either, the stamp can never agree. */
static void check_stamp(struct settings_context *c, const struct settings_tree_tenant *written,
			const struct policy_tenant *tenant)
{
	if (written->ids.state == SETTINGS_VALUE_ABSENT &&
	    settings_value_is_good(&written->domains) &&
	    written->originator_orgs.state == SETTINGS_VALUE_ABSENT &&
	    tenant->originator_orgs.n == 0)
		settings_report_error(&c->report, &written->ids.place,
				      "neither ids nor originator_orgs say what Microsoft stamps; "
				      "write ids = [ \"1234abcd-18c5-45e8-88de-123456789abc\" ]");
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

static void build_tenant(struct settings_context *c, const struct settings_tree *tree,
			 const struct settings_tree_tenant *written, struct policy_tenant *out)
{
	*out = (struct policy_tenant){
		.name = written->name.text,
		.ids = keep_spans(c, &written->ids),
		.unknown_ids = (enum policy_unknown_ids)written->unknown_ids.number,
		.originator_orgs = keep_or_derive(c, &written->originator_orgs, &written->domains),
		.dkim_domains = keep_or_derive(c, &written->dkim_domains, &written->domains),
		.secret = read_secret(c, &written->secret_header),
		.relay_addresses = keep_prefixes(c, &written->relay_addresses),
		.forwarding = (enum policy_forwarding)written->forwarding.number,
		.proofs = (unsigned int)written->proofs.number,
		.required = set_of(&written->required),
		.mode = (enum policy_mode)(settings_value_is_given(&written->mode) ?
						   written->mode.number :
						   tree->mode.number),
		.refusal = (enum policy_refusal)written->refusal.number,
	};
	check_names(c, written);
	check_stamp(c, written, out);
	check_unknown_ids(c, written);
	check_proofs(c, tree, written, out);
	check_required(c, tree, written, out);
	check_forwarding(c, tree, written);
	check_open(c, tree, written, out);
}

/* --- all of it -------------------------------------------------------------------------------- */

static bool same_name(struct span a, struct span b)
{
	struct domain a_name, b_name;

	return domain_parse(a, &a_name) == PARSE_OK && domain_parse(b, &b_name) == PARSE_OK &&
	       span_eq(domain_span(&a_name), domain_span(&b_name));
}

static void check_dkim(struct settings_context *c, const struct settings_tree *tree)
{
	const struct settings_value *source = &tree->dkim.source;
	const struct settings_value *trusted = &tree->dkim.trusted_authserv_id;

	if (!settings_value_is_good(source))
		return;
	if (source->number != POLICY_DKIM_AUTHRES && settings_value_is_given(trusted))
		settings_report_error(&c->report, &trusted->place,
				      "has no use while dkim.source is \"%s\"; write "
				      "source = \"authres\"",
				      source->number == POLICY_DKIM_NONE ? "none" : "native");
	else if (source->number == POLICY_DKIM_AUTHRES && trusted->state == SETTINGS_VALUE_ABSENT)
		settings_report_error(&c->report, &trusted->place,
				      "missing; write the name that the verifier gives itself in "
				      "Authentication-Results");
	if (settings_value_is_given(trusted) && same_name(trusted->text, tree->authserv_id.text))
		settings_report_error(
			&c->report, &trusted->place,
			"the same as authserv_id, whose results are removed; give the "
			"verifier a name of its own");
}

static void check_certificate(struct settings_context *c,
			      const struct settings_tree_certificate *certificate)
{
	const struct settings_value *others[] = { &certificate->names, &certificate->missing,
						  &certificate->exempt };

	if (certificate->check.number != POLICY_CERTIFICATE_NONE)
		return;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (settings_value_is_given(others[i]))
			settings_report_error(
				&c->report, &others[i]->place,
				"has no use while certificate.check is \"none\"; take "
				"one of them out");
}

static void build_replies(struct settings_context *c, const struct settings_value *replies,
			  struct policy *policy)
{
	const struct settings_tree_reply *written = replies->groups;
	static const char reasons;

	for (size_t i = 0; i < replies->n_groups; i++) {
		check_unique(c, &reasons, &written[i].reason, "a reason with a reply");
		if (settings_value_is_given(&written[i].reason) &&
		    settings_value_is_given(&written[i].text))
			policy->replies[written[i].reason.number] = written[i].text.text;
	}
}

static struct policy_exota exota_of(const struct settings_tree_exota *written)
{
	return (struct policy_exota){
		.reject_message = written->reject_message.text,
		.tempfail_message = written->tempfail_message.text,
		.authserv_id = written->authserv_id.text,
	};
}

static void build_relay(struct settings_context *c, const struct settings_tree *tree,
			struct policy *policy)
{
	*policy = (struct policy){
		.authserv_id = tree->authserv_id.text,
		.to_ascii = idn_to_ascii,
		.mode = (enum policy_mode)tree->mode.number,
		.acl_check = (enum policy_acl_check)tree->acl.check.number,
		.microsoft = policy_acl_build(c, &tree->acl),
		.allow = keep_prefixes(c, &tree->acl.allow),
		.other_clients = (enum policy_other_clients)tree->acl.other_clients.number,
		.certificate_check =
			(enum policy_certificate_check)tree->certificate.check.number,
		.certificate_names = keep_spans(c, &tree->certificate.names),
		.certificate_exempt = keep_prefixes(c, &tree->certificate.exempt),
		.missing_certificate =
			(enum policy_missing_certificate)tree->certificate.missing.number,
		.dkim_source = (enum policy_dkim_source)tree->dkim.source.number,
		.trusted_authserv_id = tree->dkim.trusted_authserv_id.text,
		.dkim = {
			.signatures = (unsigned int)tree->dkim.signatures.number,
			.min_rsa_bits = (unsigned int)tree->dkim.min_rsa_bits.number,
			.partial_counts = tree->dkim.partial_body.number != 0,
		},
		.limits = {
			.recipients = (uint32_t)tree->limits.recipients.number,
			.edits = (uint32_t)tree->limits.edits.number,
		},
		.log_messages = (enum policy_log)tree->log_messages.number,
		.exota = exota_of(&tree->exota),
		.reads_body = tree->dkim.source.number == POLICY_DKIM_NATIVE,
	};
}

void policy_build(struct settings_context *context, const struct settings_tree *tree,
		  struct settings *settings)
{
	const struct settings_tree_tenant *written = tree->tenants.groups;
	size_t n = tree->tenants.n_groups;
	struct policy_tenant *tenants = settings_pool_array(context->keep, n, sizeof(*tenants));

	build_relay(context, tree, &settings->policy);
	build_replies(context, &tree->replies, &settings->policy);
	policy_acl_check(context, &tree->acl);
	check_certificate(context, &tree->certificate);
	check_dkim(context, tree);
	if (!tenants)
		return;
	for (size_t i = 0; i < n; i++)
		build_tenant(context, tree, &written[i], &tenants[i]);
	policy_tables_build(context, tenants, n, &settings->policy);
	policy_domains_build(context, tree, tenants, settings);
	for (size_t i = 0; i < n; i++) {
		settings->policy.moves_senders |= tenants[i].n_moves != 0;
		settings->policy.holds |= tenants[i].refusal == POLICY_REFUSAL_HOLD;
	}
	settings->n_tenants = n;
}
