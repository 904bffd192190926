// SPDX-License-Identifier: Apache-2.0
#include "proof.h"

#include "fixture.h"
#include "harness.h"

#define ONCE(text)                                          \
	{                                                   \
		.n = 1, .value = { text, sizeof(text) - 1 } \
	}
#define TWICE(text, other)                                                    \
	{                                                                     \
		.n = 2, .differs = other, .value = { text, sizeof(text) - 1 } \
	}

static struct facts facts_of(const struct tenant_stamps *stamps)
{
	struct facts facts = { .stamps = *stamps };
	const struct tenant_stamp *org = &stamps->originator_org;

	if (domain_parse(org->value, &facts.stamps.org) != PARSE_OK)
		facts.stamps.org.len = 0;
	return facts;
}

/* Each row is proof.h's definition of the stamp proof, for tenant contoso. */
TEST(stamp)
{
	static const struct {
		const char *why;
		struct tenant_stamps stamps;
		enum proof_state state;
	} rows[] = {
		{ "nothing", { .id = { .n = 0 } }, PROOF_ABSENT },
		{ "id", { .id = ONCE(CONTOSO_ID) }, PROOF_AGREES },
		{ "second id", { .id = ONCE(CONTOSO_OTHER_ID) }, PROOF_AGREES },
		{ "C3 case of id",
		  { .id = ONCE("1234ABCD-18C5-45E8-88DE-123456789ABC") },
		  PROOF_AGREES },
		{ "org", { .originator_org = ONCE("Contoso.COM") }, PROOF_AGREES },
		{ "attributed", { .attributed = ONCE(CONTOSO_ID) }, PROOF_AGREES },
		{ "all three",
		  { .id = ONCE(CONTOSO_ID),
		    .originator_org = ONCE("contoso.com"),
		    .attributed = ONCE(CONTOSO_ID) },
		  PROOF_AGREES },
		{ "C1 equal twice", { .id = TWICE(CONTOSO_ID, false) }, PROOF_AGREES },
		{ "C2 different twice", { .id = TWICE(CONTOSO_ID, true) }, PROOF_CONFLICTS },
		{ "other id", { .id = ONCE(FABRIKAM_ID) }, PROOF_CONFLICTS },
		{ "C6 braces", { .id = ONCE("{" CONTOSO_ID "}") }, PROOF_CONFLICTS },
		{ "A4 empty id", { .id = ONCE("") }, PROOF_CONFLICTS },
		{ "other org", { .originator_org = ONCE("fabrikam.com") }, PROOF_CONFLICTS },
		{ "subdomain org", { .originator_org = ONCE("x.contoso.com") }, PROOF_CONFLICTS },
		{ "org with a comment",
		  { .originator_org = ONCE("contoso.com (x)") },
		  PROOF_CONFLICTS },
		{ "attributed to none", { .attributed = ONCE("") }, PROOF_CONFLICTS },
		{ "id agrees, org not",
		  { .id = ONCE(CONTOSO_ID), .originator_org = ONCE("fabrikam.com") },
		  PROOF_CONFLICTS },
		{ "org agrees, id not",
		  { .id = ONCE(FABRIKAM_ID), .originator_org = ONCE("contoso.com") },
		  PROOF_CONFLICTS },
		{ "both agree, attributed not",
		  { .id = ONCE(CONTOSO_ID),
		    .originator_org = ONCE("contoso.com"),
		    .attributed = ONCE(FABRIKAM_ID) },
		  PROOF_CONFLICTS },
		{ "AuthAs repeated and equal",
		  { .id = ONCE(CONTOSO_ID), .auth_as = TWICE("Internal", false) },
		  PROOF_AGREES },
		{ "AuthAs repeated and different",
		  { .id = ONCE(CONTOSO_ID), .auth_as = TWICE("Internal", true) },
		  PROOF_CONFLICTS },
		{ "FromEntityHeader repeated and different",
		  { .id = ONCE(CONTOSO_ID), .from_entity = TWICE("Hosted", true) },
		  PROOF_CONFLICTS },
		{ "AuthAs differs and no stamp",
		  { .auth_as = TWICE("Internal", true) },
		  PROOF_CONFLICTS },
		{ "AuthAs Internal alone is no stamp",
		  { .auth_as = ONCE("Internal") },
		  PROOF_ABSENT },
		{ "an id where an org belongs",
		  { .originator_org = ONCE(CONTOSO_ID) },
		  PROOF_CONFLICTS },
		{ "an org where an id belongs", { .id = ONCE("contoso.com") }, PROOF_CONFLICTS },
	};

	fixture_policy();
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct facts facts = facts_of(&rows[i].stamps);

		harness_row("%s", rows[i].why);
		struct proofs proofs = proofs_weigh(&facts, fixture_policy(), fixture_contoso());

		CHECK_EQ(proofs.stamp, rows[i].state);
		CHECK_EQ(proofs.signature, PROOF_ABSENT);
	}
}

struct signature_row {
	const char *why;
	const char *domains[3];
	bool passed[3];
	enum proof_state state;
};

static void check_signatures(const struct signature_row *row)
{
	struct facts facts = fixture_facts();

	harness_row("%s", row->why);
	for (size_t i = 0; i < 3 && row->domains[i]; i++) {
		struct facts_signature *signature = &facts.signatures[facts.n_signatures++];

		CHECK_EQ(domain_parse(span_of_string(row->domains[i]), &signature->domain),
			 PARSE_OK);
		signature->passed = row->passed[i];
	}
	CHECK_EQ(proofs_weigh(&facts, fixture_policy(), fixture_contoso()).signature, row->state);
}

TEST(signature)
{
	static const struct signature_row rows[] = {
		{ "none", { NULL }, { false }, PROOF_ABSENT },
		{ "own", { "contoso.com" }, { true }, PROOF_AGREES },
		{ "own, in capitals", { "CONTOSO.com" }, { true }, PROOF_AGREES },
		{ "own onmicrosoft", { "contoso.onmicrosoft.com" }, { true }, PROOF_AGREES },
		{ "A1 foreign is no conflict", { "fabrikam.com" }, { true }, PROOF_ABSENT },
		{ "D17 subdomain is not listed", { "mail.contoso.com" }, { true }, PROOF_ABSENT },
		{ "own, for now unknown", { "contoso.com" }, { false }, PROOF_UNKNOWN },
		{ "foreign, for now unknown", { "fabrikam.com" }, { false }, PROOF_ABSENT },
		{ "unknown, then own",
		  { "contoso.com", "contoso.com" },
		  { false, true },
		  PROOF_AGREES },
		{ "own, then unknown",
		  { "contoso.com", "contoso.com" },
		  { true, false },
		  PROOF_AGREES },
		{ "D13 foreign, then own",
		  { "fabrikam.com", "x.example", "contoso.com" },
		  { true, true, true },
		  PROOF_AGREES },
	};

	fixture_policy();
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		check_signatures(&rows[i]);
}

struct secret_row {
	const char *why;
	struct fixture_field fields[3];
	enum proof_state state;
};

/* proof.h's definition of the secret proof, for tenant contoso. */
TEST(secret)
{
	static const struct secret_row rows[] = {
		{ "none", { { "Subject", CONTOSO_SECRET } }, PROOF_ABSENT },
		{ "valid", { { SECRET_HEADER, CONTOSO_SECRET } }, PROOF_AGREES },
		{ "the other", { { SECRET_HEADER, CONTOSO_NEW_SECRET } }, PROOF_AGREES },
		{ "case of name", { { "x-contoso-RELAY", CONTOSO_SECRET } }, PROOF_AGREES },
		{ "blank behind name", { { SECRET_HEADER " ", CONTOSO_SECRET } }, PROOF_AGREES },
		{ "blanks", { { SECRET_HEADER, " \n\t" CONTOSO_SECRET " " } }, PROOF_AGREES },
		{ "wrong", { { SECRET_HEADER, "0123456789abcdeF" } }, PROOF_CONFLICTS },
		{ "first byte", { { SECRET_HEADER, "1123456789abcdef" } }, PROOF_CONFLICTS },
		{ "begins with it", { { SECRET_HEADER, CONTOSO_SECRET "0" } }, PROOF_CONFLICTS },
		{ "its beginning", { { SECRET_HEADER, "0123456789abcde" } }, PROOF_CONFLICTS },
		{ "empty", { { SECRET_HEADER, "" } }, PROOF_CONFLICTS },
		{ "blank inside", { { SECRET_HEADER, "01234567\n 89abcdef" } }, PROOF_CONFLICTS },
		{ "both values",
		  { { SECRET_HEADER, CONTOSO_SECRET " " CONTOSO_NEW_SECRET } },
		  PROOF_CONFLICTS },
		{ "twice",
		  { { SECRET_HEADER, CONTOSO_SECRET }, { SECRET_HEADER, CONTOSO_SECRET } },
		  PROOF_CONFLICTS },
		{ "twice, in other spelling",
		  { { SECRET_HEADER, CONTOSO_SECRET }, { "X-CONTOSO-Relay ", CONTOSO_SECRET } },
		  PROOF_CONFLICTS },
		{ "valid and wrong",
		  { { SECRET_HEADER, CONTOSO_SECRET }, { SECRET_HEADER, "x" } },
		  PROOF_CONFLICTS },
	};

	fixture_policy();
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct arena arena = fixture_arena(1024);
		const struct facts facts = {
			.named = header_index_first(fixture_headers(&arena, rows[i].fields),
						    HEADER_NAMED),
		};

		harness_row("%s", rows[i].why);
		CHECK_EQ(proofs_weigh(&facts, fixture_policy(), fixture_contoso()).secret,
			 rows[i].state);
		/* another tenant's header says nothing of one without */
		CHECK_EQ(proofs_weigh(&facts, fixture_policy(), fixture_fabrikam()).secret,
			 PROOF_ABSENT);
	}
}

/* The most that suffices: so many proofs agree, or might. */
TEST(counts)
{
	static const struct policy_tenant any;
	static const struct {
		struct proofs proofs;
		unsigned int count, possible;
	} rows[] = {
		{ { PROOF_ABSENT, PROOF_ABSENT, PROOF_ABSENT }, 0, 0 },
		{ { PROOF_AGREES, PROOF_ABSENT, PROOF_ABSENT }, 1, 1 },
		{ { PROOF_ABSENT, PROOF_AGREES, PROOF_ABSENT }, 1, 1 },
		{ { PROOF_AGREES, PROOF_AGREES, PROOF_ABSENT }, 2, 2 },
		{ { PROOF_CONFLICTS, PROOF_AGREES, PROOF_ABSENT }, 1, 1 },
		{ { PROOF_AGREES, PROOF_UNKNOWN, PROOF_ABSENT }, 1, 2 },
		{ { PROOF_ABSENT, PROOF_UNKNOWN, PROOF_ABSENT }, 0, 1 },
		{ { PROOF_ABSENT, PROOF_ABSENT, PROOF_AGREES }, 1, 1 },
		{ { PROOF_AGREES, PROOF_AGREES, PROOF_AGREES }, 3, 3 },
		{ { PROOF_AGREES, PROOF_UNKNOWN, PROOF_AGREES }, 2, 3 },
		{ { PROOF_AGREES, PROOF_ABSENT, PROOF_CONFLICTS }, 1, 1 },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		harness_row("row %zu", i);
		for (unsigned int wanted = 0; wanted <= 3; wanted++) {
			CHECK_EQ(proofs_suffice(&rows[i].proofs, &any, wanted),
				 wanted <= rows[i].count);
			CHECK_EQ(proofs_may_suffice(&rows[i].proofs, &any, wanted),
				 wanted <= rows[i].possible);
		}
	}
}

TEST(required)
{
	static const struct {
		struct proofs proofs;
		unsigned int required;
		bool suffice, may_suffice;
	} rows[] = {
		{ { PROOF_AGREES, PROOF_ABSENT, PROOF_ABSENT }, POLICY_PROOF_STAMP, true, true },
		{ { PROOF_AGREES, PROOF_ABSENT, PROOF_ABSENT },
		  POLICY_PROOF_SIGNATURE,
		  false,
		  false },
		{ { PROOF_AGREES, PROOF_UNKNOWN, PROOF_ABSENT },
		  POLICY_PROOF_SIGNATURE,
		  false,
		  true },
		{ { PROOF_ABSENT, PROOF_AGREES, PROOF_ABSENT },
		  POLICY_PROOF_SIGNATURE,
		  true,
		  true },
		{ { PROOF_ABSENT, PROOF_AGREES, PROOF_ABSENT }, POLICY_PROOF_STAMP, false, false },
		{ { PROOF_AGREES, PROOF_AGREES, PROOF_ABSENT }, 3, true, true },
		{ { PROOF_CONFLICTS, PROOF_AGREES, PROOF_ABSENT }, 3, false, false },
		{ { PROOF_AGREES, PROOF_AGREES, PROOF_ABSENT }, POLICY_PROOF_SECRET, false, false },
		{ { PROOF_ABSENT, PROOF_ABSENT, PROOF_AGREES }, POLICY_PROOF_SECRET, true, true },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct policy_tenant tenant = { .required = rows[i].required };

		harness_row("row %zu", i);
		CHECK_EQ(proofs_suffice(&rows[i].proofs, &tenant, 1), rows[i].suffice);
		CHECK_EQ(proofs_may_suffice(&rows[i].proofs, &tenant, 1), rows[i].may_suffice);
	}
}

/* A tenant whose ids nobody knows: X-OriginatorOrg alone tells, and contradictions conflict. */
TEST(unknown_ids)
{
	static const struct {
		const char *why;
		struct tenant_stamps stamps;
		enum proof_state state;
	} rows[] = {
		{ "nothing", { .id = { .n = 0 } }, PROOF_ABSENT },
		{ "id alone", { .id = ONCE(FABRIKAM_ID) }, PROOF_ABSENT },
		{ "A4 empty id is no proof", { .id = ONCE("") }, PROOF_ABSENT },
		{ "id and org",
		  { .id = ONCE(FABRIKAM_ID),
		    .originator_org = ONCE("contoso.com"),
		    .attributed = ONCE(FABRIKAM_ID) },
		  PROOF_AGREES },
		{ "id and foreign org",
		  { .id = ONCE(FABRIKAM_ID), .originator_org = ONCE("fabrikam.com") },
		  PROOF_CONFLICTS },
		{ "the consumer service, whose accounts are anyone's",
		  { .id = ONCE(POLICY_CONSUMER_ID), .originator_org = ONCE("contoso.com") },
		  PROOF_CONFLICTS },
		{ "attributed to it",
		  { .originator_org = ONCE("contoso.com"),
		    .attributed = ONCE("84DF9E7F-e9f6-40af-b435-aaaaaaaaaaaa") },
		  PROOF_CONFLICTS },
		{ "ids that differ",
		  { .id = TWICE(CONTOSO_ID, true), .originator_org = ONCE("contoso.com") },
		  PROOF_CONFLICTS },
	};

	const struct policy *policy = fixture_policy();

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct facts facts = facts_of(&rows[i].stamps);
		struct policy_tenant tenant = *fixture_contoso();

		tenant.ids = (struct policy_span_list){ 0 };
		tenant.unknown_ids = POLICY_UNKNOWN_IDS_IGNORE;
		harness_row("%s", rows[i].why);
		CHECK_EQ(proofs_weigh(&facts, policy, &tenant).stamp, rows[i].state);
	}
}

HARNESS_MAIN
