// SPDX-License-Identifier: Apache-2.0
#include "facts.h"

#include "fixture.h"
#include "harness.h"
#include "idn.h"

#define ARENA_SIZE (64u * 1024)

TEST(recipients)
{
	static const struct {
		const char *path;
		unsigned int hosted, role;
	} rows[] = {
		{ "<bob@example.net>", 1, 0 },
		{ "<BOB@EXAMPLE.NET>", 1, 0 },
		{ "<bob@example.net.>", 0, 0 }, /* no final dot in RFC 5321 4.1.2 */
		{ "<postmaster@example.net>", 1, 1 },
		{ "<Abuse@example.net>", 1, 1 },
		{ "<Postmaster>", 1, 1 },
		{ "<abuse>", 0, 0 }, /* only postmaster has no domain (RFC 5321 4.5.1) */
		{ "<postmaster@elsewhere.example>", 0, 0 },
		{ "<bob@contoso.com>", 0, 0 }, /* a tenant's is not hosted unless it is listed */
		{ "<bob@sub.example.net>", 0, 0 },
		/* Mail servers send these on to the domain in the local part. */
		{ "<victim%elsewhere.example@example.net>", 0, 0 },
		{ "<\"victim@elsewhere.example\"@example.net>", 0, 0 },
		{ "<elsewhere.example!victim@example.net>", 0, 0 },
		{ "<postmaster%elsewhere.example@example.net>", 0, 0 },
		/* A source route is ignored, as RFC 5321 4.1.1.3 has it. */
		{ "<@elsewhere.example:bob@example.net>", 1, 0 },
		{ "<bob@example.net", 0, 0 },
		{ "", 0, 0 },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		size_t len = strlen(rows[i].path);
		struct facts_envelope envelope = { 0 };

		harness_row("%s", rows[i].path);
		facts_add_recipient(&envelope, fixture_policy(),
				    span_of(guarded(rows[i].path, len), len));
		CHECK_EQ(envelope.n_rcpts, 1);
		CHECK_EQ(envelope.n_hosted_rcpts, rows[i].hosted);
		CHECK_EQ(envelope.n_role_rcpts, rows[i].role);
	}
}

static struct facts collect(const struct policy *policy, const struct fixture_field *fields)
{
	struct arena arena = fixture_arena(ARENA_SIZE);
	const struct facts_envelope envelope = { .client = fixture_address('4', EXO_V4) };
	struct facts facts;

	memset(&facts, 0x55, sizeof(facts)); /* what an earlier message left */
	facts_collect(&envelope, fixture_headers(&arena, fields), policy, &facts);
	return facts;
}

TEST(from_states)
{
	static const struct {
		struct fixture_field fields[3];
		enum facts_from_state state;
	} rows[] = {
		{ { { "Subject", "x" } }, FACTS_FROM_MISSING },
		{ { { "From", " A <a@contoso.com>" } }, FACTS_FROM_ONE },
		{ { { "fROM", "a@contoso.com" } }, FACTS_FROM_ONE },
		{ { { "From", "a@contoso.com" }, { "From ", "b@x.example" } },
		  FACTS_FROM_MULTIPLE },
		{ { { "From", "a@contoso.com, b@x.example" } }, FACTS_FROM_MULTIPLE },
		{ { { "From", "<a@contoso.com> <b@x.example>" } }, FACTS_FROM_MALFORMED },
		{ { { "From", "" } }, FACTS_FROM_MALFORMED },
		{ { { "From", "none:;" } }, FACTS_FROM_MALFORMED },
		{ { { "From", "a@[192.0.2.1]" } }, FACTS_FROM_MALFORMED },
		{ { { "From", "a@contoso.com!x.example" } }, FACTS_FROM_MALFORMED },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		harness_row("%s: %s", rows[i].fields[0].name, rows[i].fields[0].value);
		const struct facts facts = collect(fixture_policy(), rows[i].fields);

		CHECK_EQ(facts.from_state, rows[i].state);
		CHECK_EQ(facts.from.domain.len != 0, rows[i].state == FACTS_FROM_ONE);
	}
}

/* RFC 5322 3.6.2 and 3.6.6: a Sender is one mailbox; Resent-From is read as From is. */
TEST(sender_and_resent_from)
{
	static const struct {
		struct fixture_field fields[2];
		enum facts_from_state sender, resent_from;
		const char *domain;
	} rows[] = {
		{ { { "From", "a@contoso.com" } }, FACTS_FROM_MISSING, FACTS_FROM_MISSING, NULL },
		{ { { "sender", " \"x@y\" (z@w)\n <b@Fabrikam.COM>" } },
		  FACTS_FROM_ONE,
		  FACTS_FROM_MISSING,
		  "fabrikam.com" },
		{ { { "Resent-From", "b@fabrikam.com" } },
		  FACTS_FROM_MISSING,
		  FACTS_FROM_ONE,
		  "fabrikam.com" },
		{ { { "Sender", "b@x.example" }, { "Sender ", "b@x.example" } },
		  FACTS_FROM_MULTIPLE,
		  FACTS_FROM_MISSING,
		  NULL },
		{ { { "Sender", "b@x.example, c@x.example" } },
		  FACTS_FROM_MULTIPLE,
		  FACTS_FROM_MISSING,
		  NULL },
		{ { { "Sender", "root" } }, FACTS_FROM_MALFORMED, FACTS_FROM_MISSING, NULL },
		{ { { "Sender", "" } }, FACTS_FROM_MALFORMED, FACTS_FROM_MISSING, NULL },
		{ { { "Sender", "b@[192.0.2.1]" } },
		  FACTS_FROM_MALFORMED,
		  FACTS_FROM_MISSING,
		  NULL },
		{ { { "Sender-Too", "b@x.example" }, { "Resent-Sender", "b@x.example" } },
		  FACTS_FROM_MISSING,
		  FACTS_FROM_MISSING,
		  NULL },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct fixture_field fields[] = { rows[i].fields[0],
							rows[i].fields[1],
							{ NULL, NULL } };
		const struct facts facts = collect(fixture_policy(), fields);
		const struct mailbox *box =
			facts.sender_state == FACTS_FROM_ONE ? &facts.sender : &facts.resent_from;

		harness_row("%s: %s", rows[i].fields[0].name, rows[i].fields[0].value);
		CHECK_EQ(facts.sender_state, rows[i].sender);
		CHECK_EQ(facts.resent_from_state, rows[i].resent_from);
		if (rows[i].domain)
			CHECK_BYTES(box->domain.text, box->domain.len, rows[i].domain,
				    strlen(rows[i].domain));
	}
}

TEST(client_classes)
{
	static const struct {
		char family;
		const char *text;
		enum facts_client_class class;
		bool allowed;
	} rows[] = {
		{ '4', "40.107.255.255", FACTS_CLIENT_EXO, false },
		{ '4', "40.108.0.0", FACTS_CLIENT_OTHER, false },
		{ '6', "::ffff:40.107.1.2", FACTS_CLIENT_EXO, false },
		{ '6', EXO_V6, FACTS_CLIENT_EXO, false },
		{ '4', "192.0.2.9", FACTS_CLIENT_OTHER, true },
		{ '4', "127.0.0.1", FACTS_CLIENT_OTHER, false },
	};
	static const struct fixture_field none[] = { { NULL, NULL } };
	struct arena arena = fixture_arena(ARENA_SIZE);

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct facts_envelope envelope = {
			.client = fixture_address(rows[i].family, rows[i].text),
		};
		struct facts facts;

		harness_row("%s", rows[i].text);
		facts_collect(&envelope, fixture_headers(&arena, none), fixture_policy(), &facts);
		CHECK_EQ(facts.client_class, rows[i].class);
		CHECK_EQ(facts.client_allowed, rows[i].allowed);
	}
}

#define AR   "Authentication-Results"
#define PASS " " VERIFIER_ID "; dkim=pass header.d=contoso.com"

TEST(results_of_the_verifier_before_us)
{
	static const struct {
		const char *why;
		struct fixture_field fields[4];
		size_t n;
	} rows[] = {
		{ "on top", { { AR, PASS }, { "From", "a@b" } }, 1 },
		{ "not on top", { { "Received", "x" }, { AR, PASS } }, 0 },
		{ "twice", { { AR, PASS }, { AR, PASS } }, 0 },
		{ "twice, one elsewhere and quoted",
		  { { AR, PASS }, { "Received", "x" }, { AR, "\"" VERIFIER_ID "\"; none" } },
		  0 },
		{ "two fields, one about signatures",
		  { { AR, VERIFIER_ID "; spf=pass smtp.mailfrom=contoso.com" }, { AR, PASS } },
		  1 },
		{ "two fields, not together",
		  { { AR, PASS }, { "Received", "x" }, { AR, VERIFIER_ID "; spf=pass" } },
		  0 },
		{ "two fields, one of them in capitals",
		  { { AR, PASS }, { AR, "VERIFIER.example.net; spf=pass" } },
		  0 },
		{ "two fields, one not understood",
		  { { AR, PASS }, { AR, VERIFIER_ID "; spf" } },
		  0 },
		{ "three fields",
		  { { AR, VERIFIER_ID "; spf=none" },
		    { AR, PASS },
		    { AR, VERIFIER_ID "; dmarc=pass" } },
		  1 },
		{ "D2 another below that says fail",
		  { { AR, VERIFIER_ID "; dkim=fail" }, { AR, PASS } },
		  0 },
		{ "another below that says none",
		  { { AR, VERIFIER_ID "; none" }, { AR, PASS } },
		  0 },
		{ "below a stranger's", { { AR, "x.example; none" }, { AR, PASS } }, 0 },
		{ "another server's below", { { AR, PASS }, { AR, "x.example; dkim=pass" } }, 1 },
		{ "in capitals",
		  { { AR, "VERIFIER.example.net; dkim=pass header.d=contoso.com" } },
		  0 },
		{ "of version 2", { { AR, VERIFIER_ID " 2; dkim=pass header.d=contoso.com" } }, 0 },
		{ "not understood", { { AR, PASS "; dkim=pass header.d" } }, 0 },
		{ "without a signer",
		  { { AR, VERIFIER_ID "; dkim=pass header.i=@contoso.com" } },
		  0 },
		{ "with two signers", { { AR, PASS " header.d=x.example" } }, 0 },
		{ "failed", { { AR, VERIFIER_ID "; dkim=fail header.d=contoso.com" } }, 0 },
		{ "unknown for now",
		  { { AR, VERIFIER_ID "; dkim=temperror header.d=contoso.com" } },
		  1 },
		{ "of SPF", { { AR, VERIFIER_ID "; spf=pass header.d=contoso.com" } }, 0 },
		{ "in a comment",
		  { { AR, VERIFIER_ID "; none (dkim=pass header.d=contoso.com)" } },
		  0 },
	};
	struct policy *policy = fixture_policy();

	policy->dkim_source = POLICY_DKIM_AUTHRES;
	policy->trusted_authserv_id = SPAN(VERIFIER_ID);
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		harness_row("%s", rows[i].why);
		CHECK_EQ(collect(policy, rows[i].fields).n_signatures, rows[i].n);
	}
	policy->dkim_source = POLICY_DKIM_NONE;
	harness_row("nobody verifies");
	CHECK_EQ(collect(policy, rows[0].fields).n_signatures, 0);
}

/* RFC 8601 2.2, RFC 8616: of an internationalized message the verifier may write U-labels. */
TEST(signers_in_unicode)
{
	static const struct fixture_field fields[] = {
		{ AR, VERIFIER_ID "; dkim=pass header.d=m\xc3\xbcnchen.example" },
		{ NULL, NULL },
	};
	struct policy *policy = fixture_policy();
	struct facts facts;

	policy->dkim_source = POLICY_DKIM_AUTHRES;
	policy->trusted_authserv_id = SPAN(VERIFIER_ID);
	policy->to_ascii = idn_to_ascii;
	facts = collect(policy, fields);
	if (CHECK_EQ(facts.n_signatures, 1))
		CHECK(span_eq(domain_span(&facts.signatures[0].domain),
			      SPAN("xn--mnchen-3ya.example")));
	policy->to_ascii = NULL;
	CHECK_EQ(collect(policy, fields).n_signatures, 0);
}

TEST(more_results_than_are_looked_at)
{
	static char value[1024] = VERIFIER_ID;
	const struct fixture_field fields[] = { { AR, value }, { NULL, NULL } };
	struct policy *policy = fixture_policy();

	for (size_t i = 0; i <= FACTS_SIGNATURES_MAX; i++)
		strcat(value, ";dkim=pass header.d=a");

	policy->dkim_source = POLICY_DKIM_AUTHRES;
	policy->trusted_authserv_id = SPAN(VERIFIER_ID);
	CHECK_EQ(collect(policy, fields).n_signatures, FACTS_SIGNATURES_MAX);
}

/* Without a list everyone who has an address counts as Exchange Online. */
TEST(client_classes_without_a_list)
{
	struct policy *policy = fixture_policy();
	struct facts_envelope envelope = { .client = fixture_address('4', "203.0.113.9") };
	struct arena arena = fixture_arena(ARENA_SIZE);
	static const struct fixture_field none[] = { { NULL, NULL } };
	struct facts facts;

	policy->acl_check = POLICY_ACL_NONE;
	facts_collect(&envelope, fixture_headers(&arena, none), policy, &facts);
	CHECK_EQ(facts.client_class, FACTS_CLIENT_EXO);
	envelope.client = (struct address){ .family = ADDRESS_NONE };
	facts_collect(&envelope, fixture_headers(&arena, none), policy, &facts);
	CHECK_EQ(facts.client_class, FACTS_CLIENT_OTHER);
}

TEST(certificate_exemptions)
{
	static struct prefix exempt[] = {
		{ .family = 4, .length = 32, .source = PREFIX_OPERATOR, .addr = { 127, 0, 0, 1 } },
		{ .family = 6, .length = 128, .source = PREFIX_OPERATOR, .addr = { [15] = 1 } },
	};
	static const struct {
		char family;
		const char *text;
		bool exempt;
	} rows[] = {
		{ '4', "127.0.0.1", true },
		{ '4', "127.0.0.2", false },
		{ '6', "::1", true },
		{ '6', "::2", false },
		{ '6', "::ffff:127.0.0.1", true }, /* F5: the same address */
		{ '4', "40.107.1.2", false },
	};
	struct policy *policy = fixture_policy();
	static const struct fixture_field none[] = { { NULL, NULL } };

	policy->certificate_exempt = (struct prefix_set){ .items = exempt, .n = 2 };
	prefix_set_normalise(&policy->certificate_exempt);
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct facts_envelope envelope = {
			.client = fixture_address(rows[i].family, rows[i].text),
		};
		struct arena arena = fixture_arena(ARENA_SIZE);
		struct facts facts;

		harness_row("%s", rows[i].text);
		facts_collect(&envelope, fixture_headers(&arena, none), policy, &facts);
		CHECK_EQ(facts.certificate_exempt, rows[i].exempt);
	}
	policy->certificate_check = POLICY_CERTIFICATE_NONE;
	CHECK(collect(policy, none).certificate_exempt);
}

HARNESS_MAIN
