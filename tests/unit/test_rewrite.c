// SPDX-License-Identifier: Apache-2.0
#include "rewrite.h"

#include <stdio.h>
#include <stdlib.h>

#include "authres.h"
#include "fixture.h"
#include "harness.h"

#define ARENA_SIZE (512u * 1024)
#define TEXT_SIZE  (256u * 1024)

#define STAMP                                                  \
	{                                                      \
		"X-MS-Exchange-CrossTenant-Id", " " CONTOSO_ID \
	}
#define OWN_RESULT                                              \
	"insert Authentication-Results 0: relay.example.net;\n" \
	"\tx-exogate=pass policy.proof=stamp\n"                 \
	"\tpolicy.tenant=contoso header.from=contoso.com\n"

struct planned {
	bool ok;
	struct verdict verdict;
	char text[TEXT_SIZE];
};

/* What a session would have; the envelope's sender is as given. */
struct message {
	const char *mail_from;
	const struct fixture_field *fields;
	size_t arena_size; /* 0: ARENA_SIZE */
	bool no_leading_space;
	const struct facts_signature *verified; /* by ourselves */
	size_t n_verified;
};

static const struct planned *plan(const struct policy *policy, const struct message *message)
{
	static struct planned planned;
	static struct facts facts;
	struct arena arena = fixture_arena(message->arena_size ? message->arena_size : ARENA_SIZE);
	const struct header_index *headers = fixture_headers(&arena, message->fields);
	struct facts_envelope envelope = fixture_facts().envelope;
	struct rewrite_plan plan = { NULL, 0 };
	struct rewrite_input input;

	envelope.mail_from_valid = mailbox_path_parse(span_of_string(message->mail_from),
						      policy->to_ascii,
						      &envelope.mail_from) == PARSE_OK;
	facts_collect(&envelope, headers, policy, &facts);
	for (size_t i = 0; i < message->n_verified; i++)
		facts.signatures[facts.n_signatures++] = message->verified[i];
	planned.verdict = verdict_decide(policy, &facts);
	input = (struct rewrite_input){ policy, &facts, &planned.verdict, headers,
					!message->no_leading_space };
	planned.ok = rewrite_plan(&input, &arena, &plan);
	if (planned.ok)
		fixture_edits_text(&plan, planned.text, sizeof(planned.text));
	return &planned;
}

static void check_text(const struct planned *planned, const char *wanted)
{
	CHECK_BYTES(planned->text, strlen(planned->text), wanted, strlen(wanted));
}

static void check_plan(const struct message *message, const char *wanted)
{
	const struct planned *planned = plan(fixture_policy(), message);

	CHECK_EQ(planned->verdict.decision, VERDICT_ACCEPT);
	CHECK(planned->ok);
	check_text(planned, wanted);
}

TEST(an_authorised_message)
{
	static const struct fixture_field fields[] = {
		{ "From", " Alice <alice@contoso.com>" },
		STAMP,
		{ NULL, NULL },
	};
	static const struct message message = { .mail_from = "<alice@contoso.com>",
						.fields = fields };

	check_plan(&message, "from <alice@contoso.example.net>\n"
			     "change From 1: Alice <alice@contoso.example.net>\n" OWN_RESULT);
}

/* Only with leading blanks agreed does the filter supply them. */
TEST(without_leading_space)
{
	static const struct fixture_field fields[] = {
		{ "From", "Alice <alice@contoso.com>" },
		{ "X-MS-Exchange-CrossTenant-Id", CONTOSO_ID },
		{ NULL, NULL },
	};
	static const struct message message = { .mail_from = "<alice@contoso.com>",
						.fields = fields,
						.no_leading_space = true };

	check_plan(&message, "from <alice@contoso.example.net>\n"
			     "change From 1:Alice <alice@contoso.example.net>\n"
			     "insert Authentication-Results 0:relay.example.net;\n"
			     "\tx-exogate=pass policy.proof=stamp\n"
			     "\tpolicy.tenant=contoso header.from=contoso.com\n");
}

static struct facts_signature signature(const char *domain, const char *selector, bool passed)
{
	struct facts_signature signature = { .passed = passed };

	CHECK_EQ(domain_parse(span_of_string(domain), &signature.domain), PARSE_OK);
	if (selector)
		CHECK_EQ(domain_parse(span_of_string(selector), &signature.selector), PARSE_OK);
	return signature;
}

static const struct fixture_field plain_fields[] = {
	{ "From", " a@contoso.onmicrosoft.com" },
	STAMP,
	{ NULL, NULL },
};

/* RFC 8601 2.7.1: those that passed and that we verified, whoever signed, in their order. */
TEST(signatures_of_our_own_check)
{
	const struct facts_signature verified[] = {
		signature("contoso.onmicrosoft.com", "selector1", true),
		signature("contoso.com", "late", false), /* its key could not be had */
		signature("contoso.com", NULL, true),	 /* another verifier says so */
		signature("list.example", "a.b", true),
	};
	const struct message message = { .mail_from = "<>",
					 .fields = plain_fields,
					 .verified = verified,
					 .n_verified = N_ELEMENTS(verified) };

	check_plan(&message, "insert Authentication-Results 0: relay.example.net;\n"
			     "\tx-exogate=pass policy.proof=stamp policy.proof=signature\n"
			     "\tpolicy.tenant=contoso header.from=contoso.onmicrosoft.com;\n"
			     "\tdkim=pass header.d=contoso.onmicrosoft.com header.s=selector1;\n"
			     "\tdkim=pass header.d=list.example header.s=a.b\n");
}

/* As many as can be, with names as long as can be. */
TEST(most_and_longest_signatures)
{
	static struct facts_signature verified[FACTS_SIGNATURES_MAX];
	const struct message message = { .mail_from = "<>",
					 .fields = plain_fields,
					 .verified = verified,
					 .n_verified = FACTS_SIGNATURES_MAX };
	const struct planned *planned;
	char name[DOMAIN_MAX + 1];
	unsigned int n = 0;

	for (size_t i = 0; i < DOMAIN_MAX; i++)
		name[i] = i % 50 == 49 ? '.' : 'a';
	name[DOMAIN_MAX] = '\0';
	for (size_t i = 0; i < FACTS_SIGNATURES_MAX; i++)
		verified[i] = signature(name, name, true);
	planned = plan(fixture_policy(), &message);
	CHECK(planned->ok);
	for (const char *at = planned->text; (at = strstr(at, ";\n\tdkim=pass ")); at++)
		n++;
	CHECK_EQ(n, FACTS_SIGNATURES_MAX);
}

/* What is not authorised gets no result, whoever has signed it. */
TEST(signatures_of_what_is_not_authorised)
{
	const struct facts_signature verified[] = { signature("stranger.example", "s", true) };
	static const struct fixture_field fields[] = {
		{ "From", " a@stranger.example" },
		{ NULL, NULL },
	};
	const struct message message = {
		.mail_from = "<>", .fields = fields, .verified = verified, .n_verified = 1
	};
	struct policy *policy = fixture_policy();
	const struct planned *planned;

	policy->mode = POLICY_MONITOR;
	planned = plan(policy, &message);
	CHECK(planned->ok && planned->verdict.would_reject);
	CHECK_EQ(strlen(planned->text), 0);
}

/* Only the domain token changes: every other byte of the field stays. */
TEST(bytes_outside_the_domain_stay)
{
	static const struct {
		const char *from;
		const char *rewritten;
	} rows[] = {
		{ "alice@contoso.com", "alice@contoso.example.net" },
		{ " alice@contoso.com ", " alice@contoso.example.net " },
		{ "\n\talice@contoso.com\n ", "\n\talice@contoso.example.net\n " },
		{ " <ALICE@CONTOSO.COM>", " <ALICE@contoso.example.net>" },
		{ " \"contoso.com\" <a@contoso.com>", " \"contoso.com\" <a@contoso.example.net>" },
		{ " contoso.com\n\t<a@contoso.com>", " contoso.com\n\t<a@contoso.example.net>" },
		{ " \"a@contoso.com\" <a@contoso.com>",
		  " \"a@contoso.com\" <a@contoso.example.net>" },
		{ " (a@contoso.com) a@contoso.com (contoso.com)",
		  " (a@contoso.com) a@contoso.example.net (contoso.com)" },
		{ " =?utf-8?q?=40contoso.com?= <a@contoso.com>",
		  " =?utf-8?q?=40contoso.com?= <a@contoso.example.net>" },
		{ " \"contoso.com@\"@contoso.com", " \"contoso.com@\"@contoso.example.net" },
		{ " \"a\\\"b\" <\"c d\"@contoso.com>",
		  " \"a\\\"b\" <\"c d\"@contoso.example.net>" },
		{ " J\xfcrgen <a@contoso.com>", " J\xfcrgen <a@contoso.example.net>" },
		{ " \xc3\xa9 <\xc3\xa9@contoso.com>", " \xc3\xa9 <\xc3\xa9@contoso.example.net>" },
		{ " A (\\)contoso.com) <a+b=c@contoso.com>",
		  " A (\\)contoso.com) <a+b=c@contoso.example.net>" },
		{ " contoso.com@contoso.com", " contoso.com@contoso.example.net" },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct fixture_field fields[] = { { "fROM", rows[i].from },
							STAMP,
							{ NULL, NULL } };
		const struct message message = { .mail_from = "<>", .fields = fields };
		char wanted[512] = "change fROM 1:";

		harness_row("%s", rows[i].from);
		strcat(wanted, rows[i].rewritten);
		strcat(wanted, "\n" OWN_RESULT);
		check_plan(&message, wanted);
	}
}

/* One without a move, and a null sender, stay; and so does the local part in its spelling. */
TEST(the_envelope_sender)
{
	static const struct {
		const char *mail_from;
		const char *edit;
	} rows[] = {
		{ "<>", "" },
		{ "", "" }, /* as non_smtpd_milters get it */
		{ "<alice@contoso.onmicrosoft.com>", "" },
		{ "<alice@contoso.example.net>", "" },
		{ "<Alice@Contoso.Com>", "from <Alice@contoso.example.net>\n" },
		{ "alice@contoso.com", "from <alice@contoso.example.net>\n" },
		{ "<\"a b@c\"@contoso.com>", "from <\"a b@c\"@contoso.example.net>\n" },
		{ "<bounce+x=y@contoso.com>", "from <bounce+x=y@contoso.example.net>\n" },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct message message = { .mail_from = rows[i].mail_from,
						 .fields = plain_fields };
		char wanted[512] = "";

		harness_row("%s", rows[i].mail_from);
		strcat(wanted, rows[i].edit);
		strcat(wanted, "insert Authentication-Results 0: relay.example.net;\n"
			       "\tx-exogate=pass policy.proof=stamp\n"
			       "\tpolicy.tenant=contoso header.from=contoso.onmicrosoft.com\n");
		check_plan(&message, wanted);
	}
}

/* Attacks D1 to D8 and E: every spelling that some reader could take for ours goes. */
TEST(forged_results)
{
	static const struct {
		const char *name;
		const char *value;
		bool deleted;
	} rows[] = {
		{ "Authentication-Results", " relay.example.net; dkim=pass header.d=contoso.com",
		  true },
		{ "authentication-results", " relay.example.net; dkim=pass", true },
		{ "Authentication-Results", "relay.example.net;none", true },
		{ "Authentication-Results", " RELAY.Example.NET; dkim=pass", true },
		{ "Authentication-Results", " relay.example.net (evil); dkim=pass", true },
		{ "Authentication-Results", " relay.example.net 1; dkim=pass", true },
		{ "Authentication-Results", " relay.example.net 2; dkim=pass", true },
		{ "Authentication-Results", " (x) relay.example.net; dkim=pass", true },
		{ "Authentication-Results", " \"relay.example.net\"; dkim=pass", true },
		{ "Authentication-Results", "\n\trelay.example.net\n\t; dkim=pass", true },
		{ "Authentication-Results", " relay.example.net.; dkim=pass", true },
		{ "Authentication-Results", " relay.example.net", true },
		{ "Authentication-Results", " other.example; dkim=pass", false },
		{ "Authentication-Results", " other.example; dkim=pass (relay.example.net)",
		  false },
		{ "Authentication-Results", " relay.example.net.evil.example; dkim=pass", false },
		{ "Authentication_Results", " relay.example.net; dkim=pass", false },
		{ "ARC-Authentication-Results", " i=1; relay.example.net; dkim=pass", false },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct fixture_field fields[] = {
			{ rows[i].name, rows[i].value },
			{ "From", " a@contoso.onmicrosoft.com" },
			STAMP,
			{ NULL, NULL },
		};
		const struct message message = { .mail_from = "<>", .fields = fields };
		const struct planned *planned = plan(fixture_policy(), &message);

		harness_row("%s:%s", rows[i].name, rows[i].value);
		CHECK(planned->ok);
		CHECK_EQ(!strncmp(planned->text, "delete ", 7), rows[i].deleted);
	}
}

static const struct fixture_field many[] = {
	{ "Authentication-Results", " relay.example.net; dkim=pass" },
	{ "X-MS-Exchange-Organization-SCL", " -1" },
	{ "Authentication-Results", " other.example; dkim=pass" },
	{ "x-ms-exchange-organization-scl", " -1" },
	{ "X-MS-Exchange-CrossPremises-AuthAs", " Internal" },
	{ "AUTHENTICATION-RESULTS", " relay.example.net; spf=pass" },
	{ "From", " a@contoso.onmicrosoft.com" },
	STAMP,
	{ "Authentication-Results", " relay.example.net; dmarc=pass" },
	{ "X-MS-Exchange-Organization-SCL", " -1" },
	{ NULL, NULL },
};

#define MANY_DELETED                                    \
	"delete Authentication-Results 4\n"             \
	"delete AUTHENTICATION-RESULTS 3\n"             \
	"delete Authentication-Results 1\n"             \
	"delete X-MS-Exchange-Organization-SCL 3\n"     \
	"delete X-MS-Exchange-CrossPremises-AuthAs 1\n" \
	"delete x-ms-exchange-organization-scl 2\n"     \
	"delete X-MS-Exchange-Organization-SCL 1\n"

/* Highest index of a name first: a deletion renumbers at once.  Our own result on top, last. */
TEST(deletions_come_highest_index_first)
{
	static const struct message message = { .mail_from = "<>", .fields = many };

	check_plan(&message,
		   MANY_DELETED "insert Authentication-Results 0: relay.example.net;\n"
				"\tx-exogate=pass policy.proof=stamp\n"
				"\tpolicy.tenant=contoso header.from=contoso.onmicrosoft.com\n");
}

/* Only what is authorised is rewritten or given a result; stripping is done in every row. */
TEST(accepted_but_not_authorised)
{
	static const struct fixture_field inbound[] = {
		{ "From", " x@foreign.example" },
		{ "Authentication-Results", " relay.example.net; dkim=pass" },
		{ "X-MS-Exchange-Organization-SCL", " -1" },
		{ NULL, NULL },
	};
	const struct message message = { .mail_from = "<alice@contoso.com>", .fields = inbound };
	struct policy *policy = fixture_policy();
	const struct planned *planned;

	policy->mode = POLICY_MONITOR;
	planned = plan(policy, &message);
	CHECK_EQ(planned->verdict.reason, REASON_TENANT_UNKNOWN);
	CHECK(planned->verdict.would_reject);
	CHECK(planned->ok);
	check_text(planned, "delete Authentication-Results 1\n"
			    "delete X-MS-Exchange-Organization-SCL 1\n");
}

/* Accepted as it is only because its tenant watches: unchanged, but for what is stripped. */
TEST(would_be_rejected)
{
	static const struct fixture_field conflict[] = {
		{ "From", " alice@contoso.com" },
		{ "X-MS-Exchange-CrossTenant-Id", " " FABRIKAM_ID },
		{ "Authentication-Results", " relay.example.net; dkim=pass" },
		{ NULL, NULL },
	};
	const struct message message = { .mail_from = "<alice@contoso.com>", .fields = conflict };
	const struct policy *policy = fixture_policy();
	const struct planned *planned;

	fixture_contoso()->mode = POLICY_MONITOR;
	planned = plan(policy, &message);
	CHECK_EQ(planned->verdict.reason, REASON_TENANT_CONFLICT);
	check_text(planned, "delete Authentication-Results 1\n");
}

TEST(both_proofs_are_named)
{
	static const struct fixture_field fields[] = {
		{ "Authentication-Results", " " VERIFIER_ID "; dkim=pass header.d=contoso.com" },
		{ "From", " a@contoso.onmicrosoft.com" },
		STAMP,
		{ NULL, NULL },
	};
	const struct message message = { .mail_from = "<>", .fields = fields };
	struct policy *policy = fixture_policy();
	const char *wanted = "insert Authentication-Results 0: relay.example.net;\n"
			     "\tx-exogate=pass policy.proof=stamp policy.proof=signature\n"
			     "\tpolicy.tenant=contoso header.from=contoso.onmicrosoft.com\n";

	policy->dkim_source = POLICY_DKIM_AUTHRES;
	check_text(plan(policy, &message), wanted);
}

/* Our own result must read as what it says, by our own strict reader. */
TEST(the_own_result_is_valid)
{
	static const struct message message = { .mail_from = "<>", .fields = plain_fields };
	const struct planned *planned = plan(fixture_policy(), &message);
	const char *result = strstr(planned->text, "Results 0:");
	struct authres authres;

	if (!CHECK(result))
		return;
	result += strlen("Results 0:");
	CHECK_EQ(authres_parse(span_of(result, strlen(result) - 1), &authres), PARSE_OK);
	CHECK_BYTES(authres.authserv_id.p, authres.authserv_id.len, AUTHSERV_ID,
		    strlen(AUTHSERV_ID));
}

static const struct planned *plan_from_of(size_t len, size_t arena_size)
{
	static char value[EDIT_VALUE_MAX + 1024];
	const struct fixture_field fields[] = { { "From", value }, STAMP, { NULL, NULL } };
	const struct message message = { .mail_from = "<>",
					 .fields = fields,
					 .arena_size = arena_size };
	const char *end = "\" <a@contoso.com>";
	size_t end_len = strlen(end);

	memset(value, 'x', len);
	memcpy(value, " \"", 2);
	for (size_t i = 70; i < len - end_len; i += 70)
		memcpy(value + i, "\n ", 2);
	memcpy(value + len - end_len, end, end_len + 1);
	return plan(fixture_policy(), &message);
}

/* Postfix would cut a field body after 60,000 octets; eight more come with the new domain. */
TEST(a_from_of_60000_bytes)
{
	CHECK_EQ(plan_from_of(EDIT_VALUE_MAX - 8, 0)->verdict.reason, REASON_AUTHORISED);
	CHECK(plan_from_of(EDIT_VALUE_MAX - 8, 0)->ok);
	CHECK(!plan_from_of(EDIT_VALUE_MAX - 7, 0)->ok);
	CHECK(!plan_from_of(EDIT_VALUE_MAX, 0)->ok);
}

TEST(a_plan_that_does_not_fit)
{
	bool fitted = false;

	for (size_t size = 2048; size <= 16384; size += 16) {
		const struct planned *planned = plan_from_of(3000, size);

		harness_row("%zu bytes", size);
		CHECK(!fitted || planned->ok);
		fitted = planned->ok;
	}
	CHECK(fitted);
}

/* 4096 forged results: all go, highest first, if so many edits are allowed. */
TEST(as_many_deletions_as_there_can_be)
{
	struct policy *policy = fixture_policy();
	static struct fixture_field fields[HEADER_FIELDS_MAX + 1];
	const struct message message = { .mail_from = "<>",
					 .fields = fields,
					 .arena_size = 2u * 1024 * 1024 };
	const struct planned *planned;
	size_t n = 0;

	for (size_t i = 0; i < HEADER_FIELDS_MAX; i++)
		fields[i] =
			(struct fixture_field){ "Authentication-Results", "relay.example.net; x" };
	fields[7] = (struct fixture_field){ "From", "a@contoso.com" };
	fields[8] = (struct fixture_field)STAMP;
	policy->limits.edits = HEADER_FIELDS_MAX - 1;
	CHECK(!plan(policy, &message)->ok);
	policy->limits.edits = HEADER_FIELDS_MAX; /* From and the result of our own too */
	planned = plan(policy, &message);
	CHECK(planned->ok);
	for (const char *at = planned->text; (at = strstr(at, "delete ")); at++)
		CHECK_EQ(atoi(at + strlen("delete Authentication-Results ")), 4094 - n++);
	CHECK_EQ(n, HEADER_FIELDS_MAX - 2);
}

/* Attacks E1 to E3, whether exogate adds such a field or not. */
TEST(forged_exota_results)
{
	static const struct fixture_field fields[] = {
		{ "X-ExOTA-Authentication-Results", " relay.example.net; auth=pass" },
		{ "From", " a@contoso.onmicrosoft.com" },
		{ "x-exota-authentication-results", " relay.example.net; auth=pass" },
		STAMP,
		{ "X-EXOTA-AUTHENTICATION-RESULTS ", " x" },
		{ NULL, NULL },
	};
	static const struct message message = { .mail_from = "<>", .fields = fields };
	const struct planned *planned = plan(fixture_policy(), &message);

	CHECK(planned->ok);
	CHECK(strstr(planned->text, "delete X-EXOTA-AUTHENTICATION-RESULTS  1\n"
				    "delete x-exota-authentication-results 2\n"
				    "delete X-ExOTA-Authentication-Results 1\n") == planned->text);
	CHECK(!strstr(planned->text, "insert X-ExOTA"));
}

#define EXOTA_RESULT(dkim, aligned, x509)                                                          \
	"insert X-ExOTA-Authentication-Results 0: my-auth-serv-id;\n"                              \
	"  auth=pass 5322_from_domain=contoso.onmicrosoft.com dkim=" dkim " dkim_aligned=" aligned \
	" x509_client_trust=" x509 " forwarded=False\n"

TEST(exota_result)
{
	static const struct {
		const char *signer;
		unsigned int required;
		enum policy_certificate_check check;
		const char *wanted;
	} rows[] = {
		{ "contoso.onmicrosoft.com", POLICY_PROOF_SIGNATURE, POLICY_CERTIFICATE_NAMES,
		  EXOTA_RESULT("True", "True", "True") },
		{ "contoso.com", POLICY_PROOF_SIGNATURE, POLICY_CERTIFICATE_NAMES,
		  EXOTA_RESULT("True", "False", "True") },
		{ "fabrikam.com", 0, POLICY_CERTIFICATE_NONE,
		  EXOTA_RESULT("False", "False", "False") },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char verified[128];
		const struct fixture_field fields[] = {
			{ "Authentication-Results", verified },
			{ "From", " a@contoso.onmicrosoft.com" },
			STAMP,
			{ NULL, NULL },
		};
		const struct message message = { .mail_from = "<>", .fields = fields };
		struct policy *policy = fixture_policy();

		harness_row("%zu", i);
		snprintf(verified, sizeof(verified), " %.*s; dkim=pass header.d=%s",
			 (int)policy->trusted_authserv_id.len, policy->trusted_authserv_id.p,
			 rows[i].signer);
		policy->dkim_source = POLICY_DKIM_AUTHRES;
		policy->certificate_check = rows[i].check;
		policy->exota.authserv_id = SPAN("my-auth-serv-id");
		fixture_contoso()->required = rows[i].required;
		CHECK(plan(policy, &message)->ok);
		CHECK(strstr(plan(policy, &message)->text, rows[i].wanted));
	}
}

#define REASONS_REPLACED                                          \
	"delete X-Exogate-Reason  1\ndelete x-exogate-reason 2\n" \
	"delete X-Exogate-Reason 1\ninsert X-Exogate-Reason 0:"

/* On all that is taken, whatever says so already; and below results, which stay on top. */
TEST(the_reason_of_what_is_taken)
{
	static const struct {
		const char *from, *id;
		enum policy_mode mode;
		enum policy_refusal refusal;
		const char *reason;
	} rows[] = {
		{ "a@contoso.com", CONTOSO_ID, POLICY_ENFORCE, POLICY_REFUSAL_REJECT,
		  " verdict=accept reason=authorised tenant=contoso\n" },
		{ "a@contoso.com", FABRIKAM_ID, POLICY_MONITOR, POLICY_REFUSAL_REJECT,
		  " verdict=accept would=reject reason=tenant-conflict tenant=contoso\n" },
		{ "a@contoso.com", FABRIKAM_ID, POLICY_ENFORCE, POLICY_REFUSAL_HOLD,
		  " verdict=hold reason=tenant-conflict tenant=contoso\n" },
		{ "a@stranger.example", CONTOSO_ID, POLICY_MONITOR, POLICY_REFUSAL_REJECT,
		  " verdict=accept would=reject reason=tenant-unknown\n" },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct fixture_field fields[] = {
			{ "X-Exogate-Reason", " verdict=accept" },
			{ "From", rows[i].from },
			{ "X-MS-Exchange-CrossTenant-Id", rows[i].id },
			{ "x-exogate-reason", " x" },
			{ "X-Exogate-Reason ", " x" }, /* another name to mail servers */
			{ NULL, NULL },
		};
		const struct message message = { .mail_from = "<>", .fields = fields };
		struct policy *policy = fixture_policy();
		char wanted[256] = REASONS_REPLACED;

		harness_row("%s", rows[i].reason);
		policy->reason_header = SPAN(REASON_HEADER);
		policy->mode = fixture_contoso()->mode = rows[i].mode;
		fixture_contoso()->refusal = rows[i].refusal;
		strcat(wanted, rows[i].reason);
		CHECK(strstr(plan(policy, &message)->text, wanted) == plan(policy, &message)->text);
	}
}

HARNESS_MAIN
