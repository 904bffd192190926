// SPDX-License-Identifier: Apache-2.0
#include "policy_build.h"

#include "idn.h"
#include "policy_acl.h"
#include "policy_domains.h"
#include "policy_list.h"
#include "policy_tables.h"
#include "policy_tenants.h"
#include "settings_unique.h"

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
		settings_unique(c, &reasons, &written[i].reason, "a reason with a reply");
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
		.allow = policy_list_prefixes(c, &tree->acl.allow),
		.other_clients = (enum policy_other_clients)tree->acl.other_clients.number,
		.certificate_check =
			(enum policy_certificate_check)tree->certificate.check.number,
		.certificate_names = policy_list_spans(c, &tree->certificate.names),
		.certificate_exempt = policy_list_prefixes(c, &tree->certificate.exempt),
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
		.reason_header = tree->reason_header.text,
		.reads_body = tree->dkim.source.number == POLICY_DKIM_NATIVE,
	};
}

void policy_build(struct settings_context *context, const struct settings_tree *tree,
		  struct settings *settings, struct policy_tenants *tenants)
{
	struct policy_domains domains = { .context = context, .policy = &settings->policy };

	build_relay(context, tree, &settings->policy);
	build_replies(context, &tree->replies, &settings->policy);
	policy_acl_check(context, &tree->acl);
	check_certificate(context, &tree->certificate);
	check_dkim(context, tree);
	policy_tenants_build(context, tree, &domains, tenants);
	policy_tables_build(context, tenants->items, tenants->n, &settings->policy);
	policy_domains_build(&domains, &tree->hosted.domains);
	for (size_t i = 0; i < tenants->n; i++) {
		settings->policy.moves_senders |= tenants->items[i].n_moves != 0;
		settings->policy.holds |= tenants->items[i].refusal == POLICY_REFUSAL_HOLD;
	}
	settings->tenants = tenants->items;
	settings->n_tenants = tenants->n;
	settings->n_table_tenants = tenants->n_table;
	settings->n_domains = domains.n;
}
