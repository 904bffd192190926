// SPDX-License-Identifier: Apache-2.0
/*
 * Without memory to read a domain outside ASCII with nothing is concluded from it: the message is
 * deferred, never refused.
 */
#include <idn2.h>

#include "fixture.h"
#include "fixture_dkim.h"
#include "harness.h"
#include "idn.h"
#include "session.h"

#define DOMAIN "kontos\xc3\xb6.example"

/* In libidn2's place; which says so of every allocation that fails. */
int idn2_lookup_u8(const uint8_t *src, uint8_t **lookupname, int flags)
{
	(void)src;
	(void)lookupname;
	(void)flags;
	return IDN2_MALLOC;
}

TEST(a_domain)
{
	struct domain domain = { .len = 77 };

	CHECK_EQ(domain_parse_unicode(SPAN(DOMAIN), idn_to_ascii, &domain), PARSE_FAILED);
	CHECK_EQ(domain.len, 77);
	CHECK_EQ(domain_parse_unicode(SPAN("contoso.com"), idn_to_ascii, &domain), PARSE_OK);
	/* What is no domain whatever libidn2 would say. */
	CHECK_EQ(domain_parse_unicode(SPAN(DOMAIN "\0.com"), idn_to_ascii, &domain), PARSE_BAD);
}

TEST(an_address)
{
	struct mailbox box = { .domain.len = 77 };
	size_t n = 77;

	CHECK_EQ(mailbox_path_parse(SPAN("<a@" DOMAIN ">"), idn_to_ascii, &box), PARSE_FAILED);
	CHECK_EQ(box.domain.len, 77);
	CHECK_EQ(mailbox_list_parse(SPAN("A <a@" DOMAIN ">"), idn_to_ascii, &box, 1, &n),
		 PARSE_FAILED);
	CHECK_EQ(n, 77);
	/* One that is not kept is not read. */
	CHECK_EQ(mailbox_list_parse(SPAN("a@contoso.com, a@" DOMAIN), idn_to_ascii, &box, 1, &n),
		 PARSE_OK);
	CHECK_EQ(n, 2);
	CHECK_EQ(mailbox_list_parse(SPAN("a@" DOMAIN ", a"), idn_to_ascii, &box, 1, &n), PARSE_BAD);
}

struct message {
	const char *mail_from, *rcpt, *field, *value;
};

static struct session session;
static struct session_answer answer;
static struct arena arena;

static enum session_result step(struct milter_event ev)
{
	return session_step(&session, &ev, &answer);
}

static void add_field(const char *name, const char *value)
{
	CHECK_EQ(step((struct milter_event){
			 .type = MILTER_HEADER,
			 .header = { span_of_string(name), span_of_string(value) } }),
		 SESSION_NEXT);
}

static enum reason judge(const struct message *message)
{
	if (session.state == SESSION_JUDGED)
		session_end_message(&session);
	arena_reset(&arena);
	session_begin_message(&session, &arena);
	session_set_dkim(&session, &fixture_dkim_crypto, FIXTURE_DKIM_NOW);
	step((struct milter_event){ .type = MILTER_MAIL,
				    .path.address = span_of_string(message->mail_from) });
	step((struct milter_event){ .type = MILTER_RCPT,
				    .path.address = span_of_string(message->rcpt) });
	if (strcmp(message->field, "From") != 0)
		add_field("From", " a@contoso.com");
	add_field(message->field, message->value);
	add_field("X-MS-Exchange-CrossTenant-Id", " " CONTOSO_ID);
	CHECK_EQ(step((struct milter_event){ .type = MILTER_END_OF_MESSAGE }), SESSION_ANSWER);
	return answer.verdict.reason;
}

static void begin(enum policy_dkim_source source)
{
	struct policy *policy = fixture_policy();

	policy->to_ascii = idn_to_ascii;
	policy->dkim_source = source;
	policy->dkim = (struct policy_dkim){ .signatures = 8, .min_rsa_bits = 1024 };
	policy->certificate_check = POLICY_CERTIFICATE_NONE;
	arena = fixture_arena(64u * 1024);
	session_init(&session, policy);
	session.actions = ~0u;
	CHECK_EQ(step((struct milter_event){ .type = MILTER_CONNECT,
					     .connect.client = fixture_address('4', EXO_V4) }),
		 SESSION_NEXT);
}

/* Wherever it stands, verifying signatures or not; and nothing of it is left in the next one. */
TEST(a_message)
{
	static const struct message good = { "a@contoso.com", "b@x.example", "Subject", " x" };
	static const struct message rows[] = {
		{ "a@" DOMAIN, "b@x.example", "Subject", " x" },
		{ "a@contoso.com", "b@" DOMAIN, "Subject", " x" },
		{ "a@contoso.com", "b@x.example", "From", " a@" DOMAIN },
		{ "a@contoso.com", "b@x.example", "Sender", " a@" DOMAIN },
		{ "a@contoso.com", "b@x.example", "Resent-From", " a@" DOMAIN },
		{ "a@contoso.com", "b@x.example", "X-OriginatorOrg", " " DOMAIN },
	};

	for (size_t i = 0; i < 2 * N_ELEMENTS(rows); i++) {
		harness_row("%zu", i);
		begin(i % 2 ? POLICY_DKIM_NATIVE : POLICY_DKIM_NONE);
		CHECK_EQ(judge(&rows[i / 2]), REASON_INTERNAL);
		CHECK_EQ(answer.verdict.decision, VERDICT_TEMPFAIL);
		CHECK_EQ(judge(&good), REASON_AUTHORISED);
	}
}

TEST(a_signature)
{
	static const struct message signed_in_unicode = { "a@contoso.com", "b@x.example",
							  "DKIM-Signature",
							  " v=1; a=rsa-sha256; d=" DOMAIN
							  "; s=s1; h=From; bh=AAAA; b=AAAA" };

	begin(POLICY_DKIM_NATIVE);
	judge(&signed_in_unicode);
	CHECK_EQ(answer.verdict.decision, VERDICT_TEMPFAIL);
}

TEST(a_result_of_the_verifier_before_us)
{
	static const struct fixture_field fields[] = {
		{ "Authentication-Results", "v.example; dkim=pass header.d=" DOMAIN },
		{ NULL, NULL },
	};
	const struct facts_envelope envelope = { .client = fixture_address('4', EXO_V4) };
	struct policy *policy = fixture_policy();
	struct facts facts;

	policy->dkim_source = POLICY_DKIM_AUTHRES;
	policy->trusted_authserv_id = SPAN("v.example");
	policy->to_ascii = idn_to_ascii;
	arena = fixture_arena(64u * 1024);
	CHECK(!facts_collect(&envelope, fixture_headers(&arena, fields), policy, &facts));
	policy->trusted_authserv_id = SPAN("w.example");
	CHECK(facts_collect(&envelope, fixture_headers(&arena, fields), policy, &facts));
}

HARNESS_MAIN
