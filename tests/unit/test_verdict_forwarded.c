// SPDX-License-Identifier: Apache-2.0
/* The rows about mail that a tenant forwards, each fact with its twin. */
#include "policy_stamp.h"
#include "verdict_rows.h"

static void begin(void)
{
	verdict_begin();
	verdict_make_forwarded();
}

static void check_forwarded(void)
{
	struct verdict verdict;

	verdict_check(VERDICT_ACCEPT, REASON_FORWARDED);
	verdict = verdict_decide(verdict_policy, &verdict_facts);
	CHECK(verdict.tenant == fixture_contoso());
	CHECK_EQ(verdict.proofs.stamp, PROOF_AGREES);
}

static void check_unknown(void)
{
	verdict_check(VERDICT_REJECT, REASON_TENANT_UNKNOWN);
	CHECK(!verdict_decide(verdict_policy, &verdict_facts).tenant);
}

TEST(forwarded)
{
	begin();
	check_forwarded();
	fixture_contoso()->forwarding = POLICY_FORWARDING_REJECT;
	check_unknown();
	begin();
	verdict_from("alice@contoso.com"); /* a tenant's From needs that tenant's proofs */
	verdict_check_authorised();
	verdict_from("x@fabrikam.com");
	verdict_check(VERDICT_REJECT, REASON_TENANT_CONFLICT);
}

/* Attacks B30, B32: a signature of anyone but From's own domain says nothing of From. */
TEST(signature_of_the_author)
{
	static const struct {
		const char *signer;
		bool forwarded;
	} rows[] = {
		{ "foreign.example", true },
		{ "FOREIGN.example", true },
		{ "contoso.com", false },
		{ "sub.foreign.example", false },
		{ "example", false },
		{ "evil-foreign.example", false },
		{ "contoso.onmicrosoft.com", false },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		begin();
		harness_row("%s", rows[i].signer);
		verdict_sign(rows[i].signer, true);
		if (rows[i].forwarded)
			check_forwarded();
		else
			check_unknown();
	}
	begin();
	verdict_facts.n_signatures = 0;
	check_unknown();
}

/* The stamps must name one tenant, and no other. */
TEST(stamps_of_the_forwarder)
{
	begin();
	fixture_stamp_org(&verdict_facts.stamps, "fabrikam.com");
	check_unknown();
	begin();
	verdict_facts.stamps.id = fixture_stamp(FABRIKAM_ID);
	check_unknown();
	begin();
	verdict_facts.stamps.attributed = fixture_stamp(FABRIKAM_ID);
	check_unknown();
	begin();
	verdict_facts.stamps.id.differs = true;
	check_unknown();
	begin();
	fixture_stamp_org(&verdict_facts.stamps, "");
	verdict_facts.stamps.id = verdict_facts.stamps.originator_org =
		(struct tenant_stamp){ .n = 0 };
	check_unknown();
	verdict_facts.stamps.attributed = fixture_stamp(CONTOSO_ID);
	check_forwarded();
	verdict_facts.stamps.attributed = (struct tenant_stamp){ .n = 0 };
	fixture_stamp_org(&verdict_facts.stamps, "Contoso.com");
	check_forwarded();
	fixture_stamp_org(&verdict_facts.stamps, "stranger.example");
	check_unknown();
	fixture_stamp_org(&verdict_facts.stamps, "");
	check_unknown();
}

/* Another customer's stamps forward by that customer's rule, not by contoso's. */
TEST(another_tenant_that_does_not_forward)
{
	begin();
	verdict_facts.stamps.id = fixture_stamp(FABRIKAM_ID);
	fixture_stamp_org(&verdict_facts.stamps, "fabrikam.com");
	verdict_facts.envelope.mail_from = fixture_mailbox("x@fabrikam.com");
	check_unknown();
	fixture_fabrikam()->forwarding = POLICY_FORWARDING_SRS;
	fixture_fabrikam()->proofs = 1;
	verdict_check(VERDICT_ACCEPT, REASON_FORWARDED);
}

TEST(a_stamp_that_two_tenants_share)
{
	begin();
	verdict_facts.stamps.id = (struct tenant_stamp){ .n = 0 };
	check_forwarded();
	policy_stamp_add(&verdict_policy->stamps, SPAN("contoso.com"), fixture_fabrikam());
	check_unknown();
	verdict_facts.stamps.id = fixture_stamp(CONTOSO_ID);
	check_forwarded();
}

/* What the tenant requires for its own mail it requires here. */
TEST(proofs_of_the_forwarder)
{
	begin();
	fixture_contoso()->proofs = 2;
	check_unknown();
	verdict_secret(CONTOSO_SECRET);
	check_forwarded();
	verdict_secret("not the secret!!");
	check_unknown();
	fixture_contoso()->proofs = 1;
	check_unknown(); /* a conflict is not outweighed */
	verdict_secret(CONTOSO_SECRET);
	check_forwarded();
	fixture_contoso()->required =
		POLICY_PROOF_SIGNATURE; /* Exchange Online signs with d=contoso */
	check_unknown();
	verdict_facts.n_signatures = 2;
	verdict_facts.signatures[1] = (struct facts_signature){ .passed = true };
	verdict_facts.signatures[1].domain = fixture_mailbox("x@contoso.com").domain;
	check_forwarded();
}

TEST(certificate_of_the_forwarder)
{
	begin();
	verdict_make_cert_missing();
	verdict_check(VERDICT_TEMPFAIL, REASON_CERT_MISSING);
	verdict_policy->missing_certificate = POLICY_MISSING_IGNORE;
	check_unknown(); /* one proof more */
	verdict_secret(CONTOSO_SECRET);
	check_forwarded();
}

/* There is no SRS yet: the envelope sender is the forwarder's, or null. */
TEST(envelope_of_the_forwarder)
{
	begin();
	verdict_facts.envelope.mail_from = (struct mailbox){ .address = { NULL, 0 } };
	check_forwarded();
	verdict_facts.envelope.mail_from_valid = false;
	check_unknown();
	begin();
	verdict_facts.envelope.mail_from = fixture_mailbox("someone@foreign.example");
	check_unknown();
	verdict_facts.envelope.mail_from = fixture_mailbox("x@fabrikam.com");
	check_unknown();
	verdict_facts.envelope.mail_from = fixture_mailbox("x@contoso.onmicrosoft.com");
	check_forwarded();
}

/* HybridOnPrem is what a server outside has the tenant send: the shape of EchoSpoofing. */
TEST(what_nobody_received_is_not_forwarded)
{
	static const struct {
		const char *from_entity; /* NULL: not stamped */
		bool forwarded;
	} rows[] = {
		{ NULL, true },	       { "Internet", true }, { "INTERNET", true },
		{ "Hosted", true },    { "", false },	     { "HybridOnPrem", false },
		{ "Tomorrow", false },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		begin();
		harness_row("%s", rows[i].from_entity ? rows[i].from_entity : "none");
		verdict_facts.stamps.from_entity = (struct tenant_stamp){ 0 };
		if (rows[i].from_entity)
			verdict_facts.stamps.from_entity = fixture_stamp(rows[i].from_entity);
		if (rows[i].forwarded)
			check_forwarded();
		else
			check_unknown();
	}
}

TEST(a_listed_server_may_have_received_it)
{
	begin();
	verdict_facts.stamps.from_entity = fixture_stamp("HybridOnPrem");
	verdict_facts.stamps.connecting_ip = fixture_address('4', "192.0.2.9");
	check_unknown();
	verdict_facts.stamps.connecting_ip = fixture_address('4', "81.144.215.152");
	check_forwarded();
	verdict_sign("foreign.example", false);
	verdict_check(VERDICT_TEMPFAIL, REASON_TEMPERROR);
	verdict_facts.stamps.connecting_ip = fixture_address('4', "192.0.2.9");
	check_unknown(); /* whatever the signature may say tomorrow */
}

TEST(resent_from)
{
	begin();
	verdict_facts.n_signatures = 0;
	verdict_facts.resent_from_state = FACTS_FROM_ONE;
	verdict_facts.resent_from = fixture_mailbox("alice@contoso.com");
	check_unknown(); /* only where the tenant says so */
	fixture_contoso()->forwarding = POLICY_FORWARDING_RESENT_FROM;
	check_forwarded();
	verdict_facts.resent_from = fixture_mailbox("x@fabrikam.com");
	check_unknown();
	verdict_facts.resent_from = fixture_mailbox("x@foreign.example");
	check_unknown();
	verdict_facts.resent_from = fixture_mailbox("alice@contoso.com");
	for (int state = FACTS_FROM_MISSING; state < FACTS_FROM_ONE; state++) {
		verdict_facts.resent_from_state = (enum facts_from_state)state;
		check_unknown();
	}
	verdict_sign("foreign.example", true); /* that serves too */
	check_forwarded();
}

/* A signature that could not be verified for now, where it could change the outcome. */
TEST(forwarded_unknown)
{
	begin();
	verdict_sign("foreign.example", false);
	verdict_check(VERDICT_TEMPFAIL, REASON_TEMPERROR);
	fixture_contoso()->proofs = 2; /* it would not be enough */
	check_unknown();
	begin();
	verdict_sign("contoso.com", false); /* nor this one */
	check_unknown();
	begin();
	fixture_contoso()->proofs = 2; /* From's is there, the forwarder's might be */
	verdict_facts.n_signatures = 2;
	verdict_facts.signatures[1].domain = fixture_mailbox("x@contoso.com").domain;
	verdict_check(VERDICT_TEMPFAIL, REASON_TEMPERROR);
	verdict_facts.signatures[1].passed = true;
	check_forwarded();
}

HARNESS_MAIN
