// SPDX-License-Identifier: Apache-2.0
#include "facts.h"

#include "authres.h"
#include "policy_stamp.h"

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

bool facts_add_recipient(struct facts_envelope *envelope, const struct policy *policy,
			 struct span path)
{
	enum parse_status status;
	bool hosted, bare_postmaster;
	struct mailbox rcpt;

	envelope->n_rcpts++;
	status = mailbox_path_parse(path, policy->to_ascii, &rcpt);
	if (status != PARSE_OK || may_be_routed_on(rcpt.local))
		return status != PARSE_FAILED;
	hosted = policy_hosts(policy, domain_span(&rcpt.domain));
	bare_postmaster = rcpt.domain_text.len == 0 &&
			  span_eq_nocase(rcpt.local, SPAN("postmaster"));
	envelope->n_hosted_rcpts += hosted || bare_postmaster;
	envelope->n_role_rcpts += bare_postmaster || (hosted && is_role(rcpt.local));
	return true;
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

/* Of the fields of one kind. */
static enum facts_from_state read_one(const struct header_index *headers, enum header_kind kind,
				      const struct policy *policy, struct mailbox *out)
{
	const struct header_field *field = header_index_first(headers, kind);
	enum parse_status status;
	struct mailbox box;
	size_t n;

	if (!field)
		return FACTS_FROM_MISSING;
	if (field->next)
		return FACTS_FROM_MULTIPLE;
	status = mailbox_list_parse(field->value, policy->to_ascii, &box, 1, &n);
	if (status == PARSE_FAILED)
		return FACTS_FROM_UNKNOWN;
	if (status != PARSE_OK || n == 0)
		return FACTS_FROM_MALFORMED;
	if (n > 1)
		return FACTS_FROM_MULTIPLE;
	if (!box.domain.len)
		return FACTS_FROM_MALFORMED;
	*out = box;
	return FACTS_FROM_ONE;
}

enum facts_from_state facts_read_from(const struct header_index *headers,
				      const struct policy *policy, struct mailbox *from)
{
	return read_one(headers, HEADER_FROM, policy, from);
}

/*
 * The one header.d of a dkim result; without it, or with two, the result names no signer.  Of one
 * that there is no memory to read, the len is 0.
 */
static bool read_signer(struct authres *results, domain_to_ascii *to_ascii, struct domain *out)
{
	enum parse_status status = PARSE_BAD;
	struct authres_property property;
	unsigned int n = 0;

	out->len = 0;
	while (authres_next_property(results, &property)) {
		if (!span_eq_nocase(property.ptype, SPAN("header")) ||
		    !span_eq_nocase(property.property, SPAN("d")))
			continue;
		status = domain_parse_unicode(property.value, to_ascii, out);
		n++;
	}
	return (status == PARSE_OK || status == PARSE_FAILED) && n == 1;
}

static void add_signature(struct facts *facts, const struct authres_result *result,
			  struct authres *results, domain_to_ascii *to_ascii)
{
	struct facts_signature *signature = &facts->signatures[facts->n_signatures];
	bool passed = span_eq_nocase(result->result, SPAN("pass"));

	if (facts->n_signatures == FACTS_SIGNATURES_MAX || result->method_version != 1)
		return;
	if (!passed && !span_eq_nocase(result->result, SPAN("temperror")))
		return;
	if (!read_signer(results, to_ascii, &signature->domain))
		return;
	signature->selector.len = 0;
	signature->passed = passed;
	facts->n_signatures++;
}

/* Whether the field speaks of signatures; one without any result may. */
static bool add_signatures(struct facts *facts, struct authres *results, domain_to_ascii *to_ascii)
{
	struct authres_result result;
	bool empty = true, spoken = false;

	while (authres_next_result(results, &result)) {
		empty = false;
		if (!span_eq_nocase(result.method, SPAN("dkim")))
			continue;
		spoken = true;
		add_signature(facts, &result, results, to_ascii);
	}
	return empty || spoken;
}

/* Whether the field is to the byte what the trusted verifier writes, and fully understood. */
static bool read_trusted(const struct header_field *field, struct span authserv_id,
			 struct authres *out)
{
	return authres_parse(field->value, out) == PARSE_OK && out->version == 1 &&
	       span_eq(out->authserv_id, authserv_id);
}

/*
 * What the verifier before us found.  It may write several fields, one of them about signatures
 * (RFC 8601 2.2 leaves it the choice).  They are believed only if they are the topmost of all
 * fields, without another between them; if each names the verifier byte for byte and is fully
 * understood; and if no other field claims to be the verifier's: everything else can be forged past
 * one stripper or another.
 */
static void read_trusted_results(struct facts *facts, const struct header_index *headers,
				 const struct policy *policy)
{
	const struct header_field *f;
	uint32_t block = 0, about_signatures = 0;
	struct authres results;

	for (f = header_index_first(headers, HEADER_AUTHENTICATION_RESULTS); f; f = f->next) {
		if (!authres_claims(f->value, policy->trusted_authserv_id))
			continue;
		if (f->position != block++ ||
		    !read_trusted(f, policy->trusted_authserv_id, &results))
			goto nothing;
		about_signatures += add_signatures(facts, &results, policy->to_ascii);
		if (about_signatures > 1)
			goto nothing;
	}
	facts->n_trusted_results = block;
	return;
nothing:
	facts->n_signatures = 0;
}

const struct policy_tenant *facts_stamped_tenant(const struct tenant_stamps *stamps,
						 const struct policy *policy)
{
	const struct policy_tenant *tenant = policy_stamped_id(policy, stamps->id.value);

	if (!tenant)
		tenant = policy_stamped_id(policy, stamps->attributed.value);
	return tenant ? tenant : policy_stamped_org(policy, domain_span(&stamps->org));
}

/* False if there was no memory to read one of them. */
static bool signers_are_known(const struct facts *facts)
{
	for (size_t i = 0; i < facts->n_signatures; i++)
		if (!facts->signatures[i].domain.len)
			return false;
	return true;
}

bool facts_collect(const struct facts_envelope *envelope, const struct header_index *headers,
		   const struct policy *policy, struct facts *out)
{
	bool stamps_are_known;

	out->envelope = *envelope;
	out->n_signatures = 0;
	out->n_trusted_results = 0;
	out->dkim = NULL;
	out->from.domain.len = out->sender.domain.len = out->resent_from.domain.len = 0;
	classify_client(out, policy);
	out->from_state = facts_read_from(headers, policy, &out->from);
	out->sender_state = read_one(headers, HEADER_SENDER, policy, &out->sender);
	out->resent_from_state = read_one(headers, HEADER_RESENT_FROM, policy, &out->resent_from);
	stamps_are_known = tenant_stamps_read(headers, policy->to_ascii, &out->stamps);
	out->named = header_index_first(headers, HEADER_NAMED);
	if (policy->dkim_source == POLICY_DKIM_AUTHRES)
		read_trusted_results(out, headers, policy);
	return out->from_state != FACTS_FROM_UNKNOWN && out->sender_state != FACTS_FROM_UNKNOWN &&
	       out->resent_from_state != FACTS_FROM_UNKNOWN && stamps_are_known &&
	       signers_are_known(out);
}

unsigned int facts_proofs_wanted(const struct facts *facts, const struct policy_tenant *tenant)
{
	return tenant->proofs + (!facts->envelope.certificate.len && !facts->certificate_exempt);
}

bool facts_envelope_belongs(const struct facts *facts, const struct policy *policy,
			    const struct policy_tenant *tenant)
{
	const struct facts_envelope *envelope = &facts->envelope;

	if (!envelope->mail_from_valid)
		return false;
	return envelope->mail_from.address.len == 0 ||
	       policy_tenant_of(policy, domain_span(&envelope->mail_from.domain)) == tenant;
}

bool facts_relay_listed(const struct facts *facts, const struct policy_tenant *tenant)
{
	const struct address *ip = &facts->stamps.connecting_ip;

	return ip->family != ADDRESS_NONE &&
	       prefix_set_find(&tenant->relay_addresses, ip->family, ip->bytes);
}

bool facts_signed_by(const struct facts *facts, const struct domain *domain, bool passed)
{
	for (size_t i = 0; i < facts->n_signatures; i++)
		if (facts->signatures[i].passed == passed &&
		    span_eq(domain_span(&facts->signatures[i].domain), domain_span(domain)))
			return true;
	return false;
}

const struct domain *facts_next_failed(const struct facts *facts, size_t *i)
{
	const struct dkim_signature *tried;

	while (facts->dkim && dkim_check_signature(facts->dkim, (*i)++, &tried)) {
		enum dkim_result result = dkim_why_result(tried->why);

		if (result != DKIM_PASS && result != DKIM_TEMPERROR && tried->sig.domain.len)
			return &tried->sig.domain;
	}
	return NULL;
}

void facts_add_dkim(struct facts *facts, const struct dkim_check *check,
		    const struct policy *policy)
{
	const struct dkim_signature *tried;

	facts->dkim = check;
	for (size_t i = 0; dkim_check_signature(check, i, &tried); i++) {
		bool passed = tried->why == DKIM_WHY_VERIFIED;
		bool counts = !tried->testing && (!tried->partial || policy->dkim.partial_counts);

		if (!counts || (!passed && dkim_why_result(tried->why) != DKIM_TEMPERROR))
			continue;
		facts->signatures[facts->n_signatures++] = (struct facts_signature){
			.domain = tried->sig.domain,
			.selector = tried->sig.selector,
			.passed = passed,
		};
	}
}
