// SPDX-License-Identifier: Apache-2.0
#include "facts.h"
/* RFC 5321 4.5.1 and RFC 2142 4: mail to these must reach whoever runs the domain. */
static bool is_role(struct span local)
{
	return span_eq_nocase(local, SPAN("postmaster")) || span_eq_nocase(local, SPAN("abuse"));
}

/*
 * Mail servers take a local part apart that holds a route: a%b@c and "a@b"@c go on to b, b!a@c too
 * (Postfix: allow_percent_hack, resolve_dequoted_address, swap_bangpath).  Such an address is not
 * known to stay where its domain says.
 */
static bool may_be_routed_on(struct span local)
{
	return memchr(local.p, '%', local.len) || memchr(local.p, '!', local.len) ||
	       memchr(local.p, '@', local.len);
}

void facts_add_recipient(struct facts_envelope *envelope, const struct policy *policy,
			 struct span path)
{
	struct mailbox rcpt;
	bool hosted, bare_postmaster;

	envelope->n_rcpts++;
	if (mailbox_path_parse(path, &rcpt) != PARSE_OK || may_be_routed_on(rcpt.local))
		return;
	hosted = policy_hosts(policy, domain_span(&rcpt.domain));
	bare_postmaster = rcpt.domain_text.len == 0 &&
			  span_eq_nocase(rcpt.local, SPAN("postmaster"));
	envelope->n_hosted_rcpts += hosted || bare_postmaster;
	envelope->n_role_rcpts += bare_postmaster || (hosted && is_role(rcpt.local));
}

static void classify_client(struct facts *facts, const struct policy *policy)
{
	const struct address *client = &facts->envelope.client;

	facts->client_class = FACTS_CLIENT_OTHER;
	facts->client_allowed = false;
	facts->certificate_exempt = policy->certificate_check == POLICY_CERTIFICATE_NONE;
	if (client->family == ADDRESS_NONE)
		return;
	if (policy->acl_check == POLICY_ACL_NONE ||
	    prefix_set_find(&policy->microsoft, client->family, client->bytes))
		facts->client_class = FACTS_CLIENT_EXO;
	if (prefix_set_find(&policy->certificate_exempt, client->family, client->bytes))
		facts->certificate_exempt = true;
	facts->client_allowed = prefix_set_find(&policy->allow, client->family, client->bytes);
}

enum facts_from_state facts_read_from(const struct header_index *headers, struct mailbox *from)
{
	const struct header_field *field = header_index_first(headers, HEADER_FROM);
	struct mailbox box;
	size_t n;

	if (!field)
		return FACTS_FROM_MISSING;
	if (field->next)
		return FACTS_FROM_MULTIPLE;
	if (mailbox_list_parse(field->value, &box, 1, &n) != PARSE_OK || n == 0)
		return FACTS_FROM_MALFORMED;
	if (n > 1)
		return FACTS_FROM_MULTIPLE;
	if (!box.domain.len)
		return FACTS_FROM_MALFORMED;
	*from = box;
	return FACTS_FROM_ONE;
}

/* The one header.d of a dkim result; without it, or with two, the result names no signer. */
static bool read_signer(struct authres *results, struct domain *out)
{
	struct authres_property property;
	bool valid = false;
	unsigned int n = 0;

	while (authres_next_property(results, &property)) {
		if (!span_eq_nocase(property.ptype, SPAN("header")) ||
		    !span_eq_nocase(property.property, SPAN("d")))
			continue;
		valid = domain_parse(property.value, out) == PARSE_OK;
		n++;
	}
	return valid && n == 1;
}

static void add_signatures(struct facts *facts, struct authres *results)
{
	struct authres_result result;

	while (authres_next_result(results, &result)) {
		struct facts_signature *signature = &facts->signatures[facts->n_signatures];
		bool passed = span_eq_nocase(result.result, SPAN("pass"));

		if (facts->n_signatures == FACTS_SIGNATURES_MAX)
			return;
		if (!span_eq_nocase(result.method, SPAN("dkim")) || result.method_version != 1)
			continue;
		if (!passed && !span_eq_nocase(result.result, SPAN("temperror")))
			continue;
		if (!read_signer(results, &signature->domain))
			continue;
		signature->passed = passed;
		facts->n_signatures++;
	}
}

/* How many Authentication-Results fields some reader could take for the trusted verifier's. */
static unsigned int count_claims(const struct header_index *headers, struct span authserv_id)
{
	const struct header_field *f;
	unsigned int n = 0;

	for (f = header_index_first(headers, HEADER_AUTHENTICATION_RESULTS); f; f = f->next)
		n += authres_claims(f->value, authserv_id);
	return n;
}

bool facts_trusted_results(const struct header_index *headers, const struct policy *policy,
			   struct authres *out)
{
	const struct header_field *top = header_index_first(headers, HEADER_AUTHENTICATION_RESULTS);

	if (policy->dkim_source != POLICY_DKIM_AUTHRES || !top || top->position != 0 ||
	    count_claims(headers, policy->trusted_authserv_id) != 1)
		return false;
	return authres_parse(top->value, out) == PARSE_OK && out->version == 1 &&
	       span_eq(out->authserv_id, policy->trusted_authserv_id);
}

void facts_collect(const struct facts_envelope *envelope, const struct header_index *headers,
		   const struct policy *policy, struct facts *out)
{
	struct authres results;

	out->envelope = *envelope;
	out->n_signatures = 0;
	out->dkim = NULL;
	classify_client(out, policy);
	out->from_state = facts_read_from(headers, &out->from);
	tenant_stamps_read(headers, &out->stamps);
	if (facts_trusted_results(headers, policy, &results))
		add_signatures(out, &results);
}

void facts_add_dkim(struct facts *facts, const struct dkim_check *check,
		    const struct policy *policy)
{
	const struct dkim_signature *tried;

	facts->dkim = check;
	for (size_t i = 0; dkim_check_signature(check, i, &tried); i++) {
		bool passed = tried->why == DKIM_WHY_VERIFIED;
		bool counts = !tried->testing && (!tried->partial || policy->dkim.partial_counts);

		if (passed ? !counts : dkim_why_result(tried->why) != DKIM_TEMPERROR)
			continue;
		facts->signatures[facts->n_signatures++] = (struct facts_signature){
			.domain = tried->sig.domain,
			.passed = passed,
		};
	}
}
