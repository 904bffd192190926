// SPDX-License-Identifier: Apache-2.0
/*
 * One test a row of the ordered table of verdict.c, each with a twin that differs in the
 * fact under test only.
 */
#include "verdict_rows.h"

TEST(role)
{
	verdict_begin();
	verdict_make_role();
	verdict_check(VERDICT_ACCEPT, REASON_ROLE);
	verdict_recipients(2, 2, 1); /* twin: one is an ordinary address */
	verdict_check_authorised();
	verdict_recipients(2, 1, 1); /* role recipient together with a foreign one */
	verdict_check_authorised();
	verdict_recipients(0, 0, 0); /* "every recipient" of none is nobody */
	verdict_check_authorised();
}

TEST(client_unlisted)
{
	verdict_begin();
	verdict_make_client_unlisted();
	verdict_check(VERDICT_TEMPFAIL, REASON_CLIENT_UNLISTED);
	verdict_facts.client_class = FACTS_CLIENT_EXO;
	verdict_check_authorised();
}

TEST(client_other_reject)
{
	verdict_begin();
	verdict_make_client_other();
	verdict_check(VERDICT_REJECT, REASON_CLIENT_OTHER);
	verdict_facts.envelope.authenticated = true; /* of no use without other_clients = "pass" */
	verdict_facts.client_allowed = true;
	verdict_recipients(1, 1, 0);
	verdict_check(VERDICT_REJECT, REASON_CLIENT_OTHER);
	verdict_begin();
	verdict_check_authorised();
}

/* An untrusted name is no better than none. */
TEST(client_other_with_a_foreign_certificate)
{
	verdict_begin();
	verdict_make_client_other();
	verdict_facts.envelope.certificate = SPAN("mail.protection.evil.example");
	verdict_check(VERDICT_REJECT, REASON_CLIENT_OTHER);
}

TEST(client_other_pass)
{
	verdict_begin();
	verdict_policy->other_clients = POLICY_OTHER_PASS;
	verdict_make_client_other();
	verdict_check(VERDICT_REJECT, REASON_CLIENT_OTHER);
	verdict_facts.envelope.authenticated = true;
	verdict_check(VERDICT_ACCEPT, REASON_CLIENT_OTHER);
	verdict_facts.envelope.authenticated = false;
	verdict_facts.client_allowed = true;
	verdict_check(VERDICT_ACCEPT, REASON_CLIENT_OTHER);
	verdict_facts.client_allowed = false;
	verdict_recipients(2, 2, 0);
	verdict_check(VERDICT_ACCEPT, REASON_CLIENT_OTHER);
	verdict_recipients(2, 1, 0); /* must not relay for the other one */
	verdict_check(VERDICT_REJECT, REASON_CLIENT_OTHER);
	verdict_facts.client_class = FACTS_CLIENT_EXO;
	verdict_facts.envelope.certificate = SPAN(CERTIFICATE_NAME);
	verdict_check_authorised();
}

/* What any client may send, one that shows Microsoft's certificate may. */
TEST(client_other_pass_with_a_trusted_certificate)
{
	verdict_begin();
	verdict_policy->other_clients = POLICY_OTHER_PASS;
	verdict_make_client_unlisted();
	verdict_check(VERDICT_TEMPFAIL, REASON_CLIENT_UNLISTED);
	verdict_recipients(2, 2, 0);
	verdict_check(VERDICT_ACCEPT, REASON_CLIENT_OTHER);
	verdict_recipients(2, 1, 0);
	verdict_check(VERDICT_TEMPFAIL, REASON_CLIENT_UNLISTED);
	verdict_facts.client_allowed = true; /* is never EXO, only not refused */
	verdict_check(VERDICT_ACCEPT, REASON_CLIENT_OTHER);
	verdict_policy->other_clients = POLICY_OTHER_REJECT;
	verdict_check(VERDICT_TEMPFAIL, REASON_CLIENT_UNLISTED);
}

TEST(from_missing)
{
	verdict_begin();
	verdict_make_from_missing();
	verdict_check(VERDICT_REJECT, REASON_FROM_MISSING);
	CHECK(!verdict_decide(verdict_policy, &verdict_facts).tenant);
	verdict_facts.from_state = FACTS_FROM_ONE;
	verdict_check_authorised();
}

TEST(from_multiple)
{
	verdict_begin();
	verdict_make_from_multiple();
	verdict_check(VERDICT_REJECT, REASON_FROM_MULTIPLE);
	verdict_facts.from_state = FACTS_FROM_ONE;
	verdict_check_authorised();
}

TEST(from_malformed)
{
	verdict_begin();
	verdict_make_from_malformed();
	verdict_check(VERDICT_REJECT, REASON_FROM_MALFORMED);
	verdict_facts.from_state = FACTS_FROM_ONE;
	verdict_check_authorised();
}

TEST(inbound)
{
	verdict_begin();
	verdict_make_inbound();
	verdict_check(VERDICT_ACCEPT, REASON_INBOUND);
	CHECK(!verdict_decide(verdict_policy, &verdict_facts).tenant);
	verdict_from("alice@contoso.com"); /* a tenant's From needs the tenant's proofs */
	verdict_check_authorised();
}

/* Mail to a hosted domain comes from anyone: no certificate, no proof. */
TEST(inbound_needs_no_certificate)
{
	verdict_begin();
	verdict_make_inbound();
	verdict_make_cert_missing();
	verdict_make_proof_missing();
	verdict_check(VERDICT_ACCEPT, REASON_INBOUND);
	verdict_recipients(3, 2, 0); /* mixed recipients must not relay */
	verdict_check(VERDICT_TEMPFAIL, REASON_CERT_MISSING);
}

TEST(cert_missing)
{
	verdict_begin();
	verdict_make_cert_missing();
	verdict_check(VERDICT_TEMPFAIL, REASON_CERT_MISSING);
	verdict_facts.envelope.certificate = SPAN(CERTIFICATE_NAME);
	verdict_check_authorised();
}

/* certificate.missing = "ignore" demands one proof more. */
TEST(cert_missing_ignored)
{
	verdict_begin();
	verdict_policy->missing_certificate = POLICY_MISSING_IGNORE;
	verdict_check_authorised();
	verdict_make_cert_missing();
	verdict_check(VERDICT_REJECT, REASON_PROOF_MISSING);
	verdict_sign("contoso.com", true);
	verdict_check_authorised();
	verdict_sign("contoso.com", false);
	verdict_check(VERDICT_TEMPFAIL, REASON_TEMPERROR);
	verdict_make_cert_untrusted(); /* ignores that there is none, not whose it is */
	verdict_check(VERDICT_REJECT, REASON_CERT_UNTRUSTED);
}

TEST(cert_untrusted)
{
	static const struct {
		struct span name;
		bool trusted;
	} names[] = {
		{ { "mail.protection.outlook.com", 27 }, true },
		{ { "Mail.Protection.OUTLOOK.com", 27 }, true },
		{ { "mail.protection.outlook.com.", 28 }, false },
		{ { "x.mail.protection.outlook.com", 29 }, false },
		{ { "mail.protection.outlook.com.evil.example", 40 }, false },
		{ { "evilmail.protection.outlook.com", 31 }, false },
		{ { "*.outlook.com", 13 }, false },
		{ { "mail.protection.outlook.com\0.evil", 33 }, false },
		{ { "mail.protection.outlook.co", 26 }, false },
		{ { " ", 1 }, false },
	};

	for (size_t i = 0; i < N_ELEMENTS(names); i++) {
		verdict_begin();
		harness_row("%s", names[i].name.p);
		verdict_facts.envelope.certificate = names[i].name;
		if (names[i].trusted)
			verdict_check_authorised();
		else
			verdict_check(VERDICT_REJECT, REASON_CERT_UNTRUSTED);
	}
}

TEST(tenant_unknown)
{
	verdict_begin();
	verdict_make_tenant_unknown();
	verdict_check(VERDICT_REJECT, REASON_TENANT_UNKNOWN);
	verdict_from("alice@contoso.com");
	verdict_check_authorised();
	verdict_from("alice@sub.contoso.com"); /* a subdomain that no tenant lists */
	verdict_check(VERDICT_REJECT, REASON_TENANT_UNKNOWN);
	verdict_from("alice@a.dept.contoso.com");
	verdict_check_authorised();
}

TEST(inbound_own)
{
	verdict_begin();
	verdict_make_inbound_own();
	verdict_check(VERDICT_ACCEPT, REASON_INBOUND_OWN);
	verdict_facts.n_signatures = 0; /* twin: nothing proves that it is their own */
	verdict_check(VERDICT_REJECT, REASON_TENANT_CONFLICT);
	verdict_sign("contoso.com", true);
	verdict_recipients(2, 1, 1); /* twin: it would be relayed */
	verdict_check(VERDICT_REJECT, REASON_TENANT_CONFLICT);
	verdict_begin();
	verdict_make_inbound_own();
	verdict_facts.stamps.id = fixture_stamp(CONTOSO_ID); /* twin: no conflict */
	verdict_check_authorised();
}

TEST(inbound_own_unknown)
{
	verdict_begin();
	verdict_make_inbound_own_unknown();
	verdict_check(VERDICT_TEMPFAIL, REASON_TEMPERROR);
	verdict_recipients(2, 1, 1); /* twin: it would be relayed, if it could be verified */
	verdict_check(VERDICT_REJECT, REASON_TENANT_CONFLICT);
	verdict_begin();
	verdict_make_inbound_own_unknown();
	verdict_sign("foreign.example", false); /* twin: not the tenant's */
	verdict_check(VERDICT_REJECT, REASON_TENANT_CONFLICT);
	verdict_sign("contoso.com", true); /* twin: it came */
	verdict_check(VERDICT_ACCEPT, REASON_INBOUND_OWN);
	verdict_begin();
	verdict_make_inbound_own_unknown();
	verdict_facts.stamps.id = fixture_stamp(CONTOSO_ID); /* twin: no conflict */
	verdict_check_authorised();
}

TEST(tenant_conflict)
{
	verdict_begin();
	verdict_make_tenant_conflict();
	verdict_check(VERDICT_REJECT, REASON_TENANT_CONFLICT);
	verdict_facts.stamps.id = fixture_stamp(CONTOSO_ID);
	verdict_check_authorised();
}

/* A proof that agrees does not outweigh one that conflicts. */
TEST(tenant_conflict_despite_a_signature)
{
	verdict_begin();
	verdict_make_tenant_conflict();
	verdict_sign("contoso.com", true);
	verdict_check(VERDICT_REJECT, REASON_TENANT_CONFLICT);
}

/* A secret that is wrong is worse than none. */
TEST(tenant_conflict_of_the_secret)
{
	verdict_begin();
	verdict_secret("not the secret!!");
	verdict_check(VERDICT_REJECT, REASON_TENANT_CONFLICT);
	verdict_secret(CONTOSO_SECRET);
	verdict_check_authorised();
}

/* EchoSpoofing, 2024: the victim's From with the relaying tenant's stamps. */
TEST(echospoofing)
{
	verdict_begin();
	verdict_facts.stamps.id = fixture_stamp(FABRIKAM_ID);
	fixture_stamp_org(&verdict_facts.stamps, "fabrikam.com");
	verdict_facts.stamps.attributed = fixture_stamp(FABRIKAM_ID);
	verdict_facts.stamps.auth_as = fixture_stamp("Anonymous");
	verdict_facts.stamps.from_entity = fixture_stamp("HybridOnPrem");
	verdict_sign("fabrikam.com", true);
	verdict_facts.envelope.mail_from = fixture_mailbox("bounce@fabrikam.com");
	verdict_check(VERDICT_REJECT, REASON_TENANT_CONFLICT);
	CHECK(verdict_decide(verdict_policy, &verdict_facts).tenant == fixture_contoso());
	verdict_from("ceo@foreign.example");
	verdict_check(VERDICT_REJECT, REASON_TENANT_UNKNOWN);
}

TEST(envelope_foreign)
{
	static const struct {
		const char *mail_from;
		bool own;
	} senders[] = {
		{ "alice@contoso.com", true },
		{ "other@contoso.onmicrosoft.com", true },
		{ "alice@a.dept.contoso.com", true },
		{ "alice@contoso.example.net", true }, /* a rewrite target counts as theirs */
		{ "alice@fabrikam.com", false },       /* another tenant's */
		{ "alice@foreign.example", false },
		{ "alice@sub.contoso.com", false },
		{ "alice@example.net", false },
	};

	for (size_t i = 0; i < N_ELEMENTS(senders); i++) {
		verdict_begin();
		harness_row("%s", senders[i].mail_from);
		verdict_facts.envelope.mail_from = fixture_mailbox(senders[i].mail_from);
		if (senders[i].own)
			verdict_check_authorised();
		else
			verdict_check(VERDICT_REJECT, REASON_ENVELOPE_FOREIGN);
	}
}

/* Attacks F7: bounces are legitimate; an envelope that cannot be read is nobody's. */
TEST(envelope_null_and_unreadable)
{
	verdict_begin();
	verdict_facts.envelope.mail_from = (struct mailbox){ .address = { NULL, 0 } };
	verdict_check_authorised();
	verdict_facts.envelope.mail_from_valid = false;
	verdict_check(VERDICT_REJECT, REASON_ENVELOPE_FOREIGN);
	verdict_begin();
	verdict_facts.envelope.mail_from.domain.len = 0; /* an address literal, or not ASCII */
	verdict_check(VERDICT_REJECT, REASON_ENVELOPE_FOREIGN);
}

/* A null sender with a foreign From is still a stranger's. */
TEST(envelope_null_with_a_foreign_from)
{
	verdict_begin();
	verdict_facts.envelope.mail_from = (struct mailbox){ .address = { NULL, 0 } };
	verdict_from("mailer-daemon@foreign.example");
	verdict_check(VERDICT_REJECT, REASON_TENANT_UNKNOWN);
}

/* RFC 5322 3.6.2: who sends for the author must be somebody whom the author's tenant may name. */
TEST(sender_foreign)
{
	static const struct {
		const char *sender;
		bool foreign;
	} senders[] = {
		{ "mallory@fabrikam.com", true },	{ "user@example.net", true }, /* hosted */
		{ "assistant@contoso.com", false },	{ "alice@contoso.onmicrosoft.com", false },
		{ "alice@contoso.example.net", false }, /* a rewrite target counts as theirs */
		{ "root@server.invalid", false },	/* whom nobody here answers for */
	};

	for (size_t i = 0; i < N_ELEMENTS(senders); i++) {
		verdict_begin();
		harness_row("%s", senders[i].sender);
		verdict_make_sender_foreign();
		verdict_facts.sender = fixture_mailbox(senders[i].sender);
		if (senders[i].foreign)
			verdict_check(VERDICT_REJECT, REASON_SENDER_FOREIGN);
		else
			verdict_check_authorised();
	}
}

/* Readers of several Senders, or of one that cannot be read, do not agree whose it is. */
TEST(sender_not_one_address)
{
	verdict_begin();
	verdict_facts.sender_state = FACTS_FROM_MULTIPLE;
	verdict_check(VERDICT_REJECT, REASON_SENDER_FOREIGN);
	verdict_facts.sender_state = FACTS_FROM_MALFORMED;
	verdict_check(VERDICT_REJECT, REASON_SENDER_FOREIGN);
	verdict_facts.sender_state = FACTS_FROM_MISSING;
	verdict_check_authorised();
}

/* A hosted domain that is the tenant's too. */
TEST(sender_in_a_hosted_domain_of_the_tenant)
{
	static const struct policy_domain own = {
		{ "contoso.com", 11 }, false, POLICY_DOMAIN_HOSTED, NULL
	};
	const struct policy_domain *earlier;

	verdict_begin();
	CHECK(policy_domain_add(&verdict_policy->domains, &own, &earlier));
	verdict_make_sender_foreign();
	verdict_facts.sender = fixture_mailbox("assistant@contoso.com");
	verdict_check_authorised();
	verdict_from("mallory@fabrikam.com");
	verdict_facts.stamps.id = fixture_stamp(FABRIKAM_ID);
	fixture_stamp_org(&verdict_facts.stamps, "fabrikam.com");
	verdict_facts.envelope.mail_from = fixture_mailbox("mallory@fabrikam.com");
	verdict_check(VERDICT_REJECT, REASON_SENDER_FOREIGN);
}

TEST(relayed_through)
{
	static const struct {
		const char *auth_as, *from_entity; /* NULL: not there */
		bool relayed;
	} shapes[] = {
		{ "Internal", "Hosted", false },
		{ "INTERNAL", "hosted", false },
		{ NULL, NULL, false },
		{ "Internal", NULL, false },
		{ NULL, "Hosted", false },
		{ "Anonymous", "Hosted", true },
		{ "Internal", "HybridOnPrem", true },
		{ "Anonymous", "HybridOnPrem", true },
		{ "Anonymous", NULL, true },
		{ NULL, "Internet", true },
		{ "", NULL, true },
		{ "Internal, Internal", "Hosted", true },
	};

	for (size_t i = 0; i < N_ELEMENTS(shapes); i++) {
		verdict_begin();
		harness_row("row %zu", i);
		verdict_facts.stamps.auth_as.n = verdict_facts.stamps.from_entity.n = 0;
		if (shapes[i].auth_as)
			verdict_facts.stamps.auth_as = fixture_stamp(shapes[i].auth_as);
		if (shapes[i].from_entity)
			verdict_facts.stamps.from_entity = fixture_stamp(shapes[i].from_entity);
		if (shapes[i].relayed)
			verdict_check(VERDICT_REJECT, REASON_RELAYED_THROUGH);
		else
			verdict_check_authorised();
	}
}

TEST(relayed_through_a_listed_address)
{
	verdict_begin();
	verdict_make_relayed_through();
	verdict_facts.stamps.connecting_ip = fixture_address('4', "81.144.215.152");
	verdict_check_authorised();
	verdict_facts.stamps.connecting_ip = fixture_address('4', "81.144.215.153");
	verdict_check(VERDICT_REJECT, REASON_RELAYED_THROUGH);
	verdict_facts.stamps.connecting_ip.family = ADDRESS_NONE;
	verdict_check(VERDICT_REJECT, REASON_RELAYED_THROUGH);
	verdict_facts.stamps.connecting_ip =
		fixture_address('6', "5190:d798::"); /* the same bytes */
	verdict_check(VERDICT_REJECT, REASON_RELAYED_THROUGH);
}

TEST(relayed_through_is_excepted_for_notices)
{
	static const struct {
		const char *author;
		bool excepted;
	} authors[] = {
		{ "postmaster@contoso.com", true },
		{ "Postmaster@contoso.onmicrosoft.com", true },
		{ "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.com", true },
		{ "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e@contoso.com", true },
		{ "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109f@contoso.com", false },
		{ "alice@contoso.com", false },
		{ "postmasterx@contoso.com", false },
	};

	for (size_t i = 0; i < N_ELEMENTS(authors); i++) {
		verdict_begin();
		harness_row("%s", authors[i].author);
		verdict_make_relayed_through();
		verdict_from(authors[i].author);
		verdict_check(VERDICT_REJECT, REASON_RELAYED_THROUGH); /* twin: there is a sender */
		verdict_facts.envelope.mail_from = (struct mailbox){ .address = { NULL, 0 } };
		if (authors[i].excepted)
			verdict_check_authorised();
		else
			verdict_check(VERDICT_REJECT, REASON_RELAYED_THROUGH);
	}
}

TEST(temperror)
{
	verdict_begin();
	verdict_make_temperror();
	verdict_check(VERDICT_TEMPFAIL, REASON_TEMPERROR);
	verdict_facts.signatures[0].passed = true;
	verdict_check_authorised();
}

/* "... and the answer could change the outcome." */
TEST(temperror_only_if_it_matters)
{
	verdict_begin();
	verdict_sign("contoso.com", false); /* the stamp alone is enough */
	verdict_check_authorised();
	fixture_contoso()->proofs = 2;
	verdict_check(VERDICT_TEMPFAIL, REASON_TEMPERROR);
	fixture_contoso()->proofs = 3; /* even a pass would not be enough */
	verdict_check(VERDICT_REJECT, REASON_PROOF_MISSING);
	verdict_begin();
	verdict_make_temperror();
	verdict_sign("fabrikam.com", false); /* a stranger's */
	verdict_check(VERDICT_REJECT, REASON_PROOF_MISSING);
}

TEST(proof_missing)
{
	verdict_begin();
	verdict_make_proof_missing();
	verdict_check(VERDICT_REJECT, REASON_PROOF_MISSING);
	verdict_facts.stamps.id = fixture_stamp(CONTOSO_ID);
	verdict_check_authorised();
}

TEST(proofs_as_many_as_required)
{
	verdict_begin();
	fixture_contoso()->proofs = 2;
	verdict_check(VERDICT_REJECT, REASON_PROOF_MISSING); /* two stamped fields are one proof */
	verdict_sign("contoso.com", true);
	verdict_check_authorised();
	verdict_sign("fabrikam.com", true);
	verdict_check(VERDICT_REJECT, REASON_PROOF_MISSING);
	verdict_make_proof_missing();
	verdict_sign("contoso.com", true); /* replayable: not enough alone */
	verdict_check(VERDICT_REJECT, REASON_PROOF_MISSING);
}

TEST(three_proofs)
{
	verdict_begin();
	fixture_contoso()->proofs = 3;
	verdict_sign("contoso.com", true);
	verdict_check(VERDICT_REJECT, REASON_PROOF_MISSING);
	verdict_secret(CONTOSO_SECRET);
	verdict_check_authorised();
	verdict_sign("contoso.com", false);
	verdict_check(VERDICT_TEMPFAIL, REASON_TEMPERROR);
	verdict_facts.n_signatures = 0;
	verdict_check(VERDICT_REJECT, REASON_PROOF_MISSING);
	fixture_contoso()->proofs = 2; /* stamp and secret */
	verdict_check_authorised();
}

TEST(authorised)
{
	struct verdict verdict;

	verdict_begin();
	verdict_check_authorised();
	verdict = verdict_decide(verdict_policy, &verdict_facts);
	CHECK_EQ(verdict.proofs.stamp, PROOF_AGREES);
	CHECK_EQ(verdict.proofs.signature, PROOF_ABSENT);
}

/* Neither gate nor price: no certificate, or any, and as many proofs as ever. */
TEST(certificate_exempt)
{
	verdict_begin();
	verdict_facts.certificate_exempt = true;
	verdict_make_cert_missing();
	verdict_check_authorised();
	verdict_make_cert_untrusted();
	verdict_check_authorised();
	verdict_policy->missing_certificate = POLICY_MISSING_IGNORE;
	verdict_make_cert_missing();
	verdict_check_authorised();
	verdict_make_proof_missing();
	verdict_check(VERDICT_REJECT, REASON_PROOF_MISSING);
}

/* Enough proofs, but not the one that the tenant requires. */
TEST(proof_required)
{
	verdict_begin();
	fixture_contoso()->required = POLICY_PROOF_SIGNATURE;
	verdict_check(VERDICT_REJECT, REASON_PROOF_MISSING);
	verdict_sign("contoso.com", false);
	verdict_check(VERDICT_TEMPFAIL, REASON_TEMPERROR);
	verdict_sign("contoso.com", true);
	verdict_check_authorised();
}

HARNESS_MAIN
