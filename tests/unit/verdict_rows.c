// SPDX-License-Identifier: Apache-2.0
#include "verdict_rows.h"

struct policy *verdict_policy;
struct facts verdict_facts;

/* From here, a message of contoso's that is authorised. */
void verdict_begin(void)
{
	verdict_policy = fixture_policy();
	verdict_facts = fixture_facts();
}

void verdict_check(enum verdict_decision decision, enum reason reason)
{
	const struct verdict verdict = verdict_decide(verdict_policy, &verdict_facts);
	struct span got = reason_word(verdict.reason), wanted = reason_word(reason);

	CHECK_EQ(verdict.decision, decision);
	CHECK_BYTES(got.p, got.len, wanted.p, wanted.len);
	CHECK(!verdict.would_reject);
	CHECK_EQ(verdict_rule(verdict.rule).decision,
		 decision == VERDICT_HOLD ? VERDICT_REJECT : decision);
	CHECK_EQ(verdict_rule(verdict.rule).reason, reason);
	CHECK_EQ(__builtin_ctzll(verdict_trace(verdict_policy, &verdict_facts)), verdict.rule);
}

void verdict_check_authorised(void)
{
	verdict_check(VERDICT_ACCEPT, REASON_AUTHORISED);
	CHECK(verdict_decide(verdict_policy, &verdict_facts).tenant == fixture_contoso());
}

void verdict_recipients(uint32_t n, uint32_t n_hosted, uint32_t n_role)
{
	verdict_facts.envelope.n_rcpts = n;
	verdict_facts.envelope.n_hosted_rcpts = n_hosted;
	verdict_facts.envelope.n_role_rcpts = n_role;
}

void verdict_sign(const char *domain, bool passed)
{
	verdict_facts.signatures[0].passed = passed;
	CHECK_EQ(domain_parse(span_of_string(domain), &verdict_facts.signatures[0].domain),
		 PARSE_OK);
	verdict_facts.n_signatures = 1;
}

void verdict_secret(const char *value)
{
	static struct header_field field;

	field = (struct header_field){
		.name = SPAN(SECRET_HEADER),
		.value = span_of_string(value),
		.kind = HEADER_NAMED,
	};
	verdict_facts.named = &field;
}

void verdict_from(const char *address)
{
	verdict_facts.from = fixture_mailbox(address);
}

static void client_is_other(void)
{
	verdict_facts.client_class = FACTS_CLIENT_OTHER;
	verdict_facts.envelope.certificate = span_of(NULL, 0);
}

/* What makes each row apply, in the order of the table, whatever made a later row apply before. */

void verdict_make_role(void)
{
	verdict_recipients(2, 2, 2);
}

void verdict_make_client_unlisted(void)
{
	verdict_facts.client_class = FACTS_CLIENT_OTHER;
	verdict_facts.envelope.certificate = SPAN(CERTIFICATE_NAME);
}

void verdict_make_client_other(void)
{
	client_is_other();
}

void verdict_make_from_missing(void)
{
	verdict_facts.from_state = FACTS_FROM_MISSING;
}

void verdict_make_from_multiple(void)
{
	verdict_facts.from_state = FACTS_FROM_MULTIPLE;
}

void verdict_make_from_malformed(void)
{
	verdict_facts.from_state = FACTS_FROM_MALFORMED;
}

void verdict_make_inbound(void)
{
	verdict_from("someone@foreign.example");
	verdict_recipients(2, 2, 1);
}

void verdict_make_cert_missing(void)
{
	verdict_facts.envelope.certificate = span_of(NULL, 0);
}

void verdict_make_cert_untrusted(void)
{
	verdict_facts.envelope.certificate = SPAN("mail.protection.evil.example");
}

/* Somebody writes to alice@contoso.com, who forwards it. */
void verdict_make_forwarded(void)
{
	fixture_contoso()->forwarding = POLICY_FORWARDING_SRS;
	verdict_facts.stamps = fixture_facts().stamps;
	verdict_facts.envelope.mail_from = fixture_mailbox("alice@contoso.com");
	verdict_facts.envelope.certificate = SPAN(CERTIFICATE_NAME);
	verdict_from("someone@foreign.example");
	verdict_recipients(1, 0, 0);
	verdict_sign("foreign.example", true);
}

void verdict_make_forwarded_unknown(void)
{
	verdict_make_forwarded();
	verdict_sign("foreign.example", false);
}

void verdict_make_tenant_unknown(void)
{
	verdict_from("someone@foreign.example");
	verdict_recipients(2, 1, 1);
}

void verdict_make_inbound_own(void)
{
	verdict_facts.stamps.id = fixture_stamp(FABRIKAM_ID);
	verdict_sign("contoso.com", true);
	verdict_recipients(2, 2, 1);
}

void verdict_make_inbound_own_unknown(void)
{
	verdict_make_inbound_own();
	verdict_sign("contoso.com", false);
}

void verdict_make_tenant_conflict(void)
{
	verdict_facts.stamps.id = fixture_stamp(FABRIKAM_ID);
	verdict_recipients(2, 1, 1);
}

void verdict_make_envelope_foreign(void)
{
	verdict_facts.envelope.mail_from = fixture_mailbox("someone@foreign.example");
}

void verdict_make_sender_foreign(void)
{
	verdict_facts.sender_state = FACTS_FROM_ONE;
	verdict_facts.sender = fixture_mailbox("mallory@fabrikam.com");
}

void verdict_make_relayed_through(void)
{
	verdict_facts.stamps.auth_as = fixture_stamp("Anonymous");
}

void verdict_make_temperror(void)
{
	verdict_facts.stamps = (struct tenant_stamps){ .id = { .n = 0 } };
	verdict_sign("contoso.com", false);
}

void verdict_make_proof_missing(void)
{
	verdict_facts.stamps = (struct tenant_stamps){ .id = { .n = 0 } };
	verdict_facts.n_signatures = 0;
}

const struct verdict_row verdict_rows[VERDICT_ROWS_N] = {
	{ verdict_make_role, VERDICT_ACCEPT, REASON_ROLE, true },
	{ verdict_make_client_unlisted, VERDICT_TEMPFAIL, REASON_CLIENT_UNLISTED, true },
	{ verdict_make_client_other, VERDICT_REJECT, REASON_CLIENT_OTHER, true },
	{ verdict_make_from_missing, VERDICT_REJECT, REASON_FROM_MISSING, false },
	{ verdict_make_from_multiple, VERDICT_REJECT, REASON_FROM_MULTIPLE, false },
	{ verdict_make_from_malformed, VERDICT_REJECT, REASON_FROM_MALFORMED, false },
	{ verdict_make_inbound, VERDICT_ACCEPT, REASON_INBOUND, false },
	{ verdict_make_cert_missing, VERDICT_TEMPFAIL, REASON_CERT_MISSING, true },
	{ verdict_make_cert_untrusted, VERDICT_REJECT, REASON_CERT_UNTRUSTED, true },
	{ verdict_make_forwarded, VERDICT_ACCEPT, REASON_FORWARDED, false },
	{ verdict_make_forwarded_unknown, VERDICT_TEMPFAIL, REASON_TEMPERROR, false },
	{ verdict_make_tenant_unknown, VERDICT_REJECT, REASON_TENANT_UNKNOWN, false },
	{ verdict_make_inbound_own, VERDICT_ACCEPT, REASON_INBOUND_OWN, true },
	{ verdict_make_inbound_own_unknown, VERDICT_TEMPFAIL, REASON_TEMPERROR, true },
	{ verdict_make_tenant_conflict, VERDICT_REJECT, REASON_TENANT_CONFLICT, true },
	{ verdict_make_envelope_foreign, VERDICT_REJECT, REASON_ENVELOPE_FOREIGN, true },
	{ verdict_make_sender_foreign, VERDICT_REJECT, REASON_SENDER_FOREIGN, true },
	{ verdict_make_relayed_through, VERDICT_REJECT, REASON_RELAYED_THROUGH, true },
	{ verdict_make_temperror, VERDICT_TEMPFAIL, REASON_TEMPERROR, true },
	{ verdict_make_proof_missing, VERDICT_REJECT, REASON_PROOF_MISSING, true },
};
