// SPDX-License-Identifier: Apache-2.0
/* A session that verifies signatures itself: what it asks for, when it waits, what is proven. */
#include "session.h"

#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "fixture_dkim.h"
#include "harness.h"

#define STRANGERS_TAGS "v=1; a=rsa-sha256; c=relaxed; d=stranger.example; s=s; h=from"
#define TAGS	       "v=1; a=rsa-sha256; c=relaxed/relaxed; d=fabrikam.com; s=sel; h=from"
#define HEADER	       "from:alice@fabrikam.com\r\n"
#define NAME	       "sel._domainkey.fabrikam.com"
static struct session session;
static struct session_answer answer;
static struct arena arena;
static struct policy *policy;

/* Fabrikam demands two proofs: its stamp, and a signature. */
static void begin(void)
{
	policy = fixture_policy();
	policy->dkim_source = POLICY_DKIM_NATIVE;
	policy->dkim = (struct policy_dkim){ .signatures = 8, .min_rsa_bits = 1024 };
	policy->missing_certificate = POLICY_MISSING_IGNORE;
	fixture_fabrikam()->proofs = 1; /* and one more for want of a certificate */
	arena = fixture_arena(64u * 1024);
	session_init(&session, policy);
	session.actions = ~0u;
	session.leading_space = true;
}

static enum session_result step(struct milter_event ev)
{
	return session_step(&session, &ev, &answer);
}

static void begin_message(void)
{
	arena_reset(&arena);
	session_begin_message(&session, &arena);
	session_set_dkim(&session, &fixture_dkim_crypto, FIXTURE_DKIM_NOW);
	step((struct milter_event){ .type = MILTER_MAIL,
				    .path.address = SPAN("<alice@fabrikam.com>") });
	step((struct milter_event){ .type = MILTER_RCPT,
				    .path.address = SPAN("<bob@elsewhere.example>") });
}

static void open_connection(void)
{
	step((struct milter_event){ .type = MILTER_CONNECT,
				    .connect.client = fixture_address('4', EXO_V4) });
	begin_message();
}

static void add_field(const char *name, const char *value)
{
	size_t len = strlen(value);

	CHECK_EQ(step((struct milter_event){
			 .type = MILTER_HEADER,
			 .header = { span_of_string(name), span_of(guarded(value, len), len) } }),
		 SESSION_NEXT);
}

static void add_header(const char *tags, const char *body)
{
	char value[1024];

	fixture_dkim_sign(tags, HEADER, body, value, sizeof(value));
	add_field("DKIM-Signature", value);
	add_field("From", " alice@fabrikam.com");
	add_field("X-MS-Exchange-CrossTenant-Id", " " FABRIKAM_ID);
}

static enum session_result body(const char *chunk)
{
	return step((struct milter_event){ .type = MILTER_BODY, .chunk = span_of_string(chunk) });
}

static enum session_result end(const char *chunk)
{
	return step((struct milter_event){ .type = MILTER_END_OF_MESSAGE,
					   .chunk = span_of_string(chunk) });
}

static enum session_result key(size_t i, enum dns_status status, const char *record)
{
	const struct dns_answer found = {
		.status = status,
		.n = status == DNS_FOUND,
		.texts = { span_of_string(record) },
	};

	return session_key(&session, i, &found, &answer);
}

static bool wants_key(size_t i, const char *wanted)
{
	struct span name;

	return session_key_name(&session, i, &name) && span_eq(name, span_of_string(wanted));
}

static bool wants_nothing(size_t from)
{
	return !session_key_name(&session, from, &(struct span){ NULL, 0 });
}

static void check_reason(enum session_result result, enum reason reason)
{
	struct span got = reason_word(answer.verdict.reason), wanted = reason_word(reason);

	CHECK_EQ(result, SESSION_ANSWER);
	CHECK_BYTES(got.p, got.len, wanted.p, wanted.len);
}

static void forget(void)
{
	session_end_message(&session);
	CHECK_EQ(fixture_dkim_n_hashes, 0);
	CHECK(wants_nothing(0));
}

/* --- waiting ---------------------------------------------------------------------------------- */

TEST(a_key_that_comes_after_the_end)
{
	begin();
	open_connection();
	add_header(TAGS, "hello\r\n");
	CHECK(wants_nothing(0));
	CHECK_EQ(body("hel"), SESSION_NEXT);
	CHECK(wants_key(0, NAME) && wants_nothing(1));
	CHECK_EQ(body("lo\r\n"), SESSION_NEXT);
	CHECK_EQ(end(""), SESSION_WAIT);
	check_reason(key(0, DNS_FOUND, "p=AAAA"), REASON_AUTHORISED);
	CHECK_EQ(answer.facts->n_signatures, 1);
	CHECK(answer.facts->dkim);
	forget();
}

TEST(a_key_that_comes_before_the_end)
{
	begin();
	open_connection();
	add_header(TAGS, "hello\r\n");
	CHECK_EQ(body("hello"), SESSION_NEXT);
	CHECK_EQ(key(0, DNS_FOUND, "p=AAAA"), SESSION_NEXT);
	check_reason(end(""), REASON_AUTHORISED);
	forget();
}

TEST(without_a_body)
{
	begin();
	open_connection();
	add_header(TAGS, "");
	CHECK_EQ(end(""), SESSION_WAIT);
	CHECK(wants_key(0, NAME));
	check_reason(key(0, DNS_FOUND, "p=AAAA"), REASON_AUTHORISED);
	forget();
}

/* Sendmail's last chunk, and an end of headers that was announced. */
TEST(the_last_chunk_with_the_end)
{
	begin();
	open_connection();
	add_header(TAGS, "hello\r\n");
	CHECK_EQ(step((struct milter_event){ .type = MILTER_END_OF_HEADERS }), SESSION_NEXT);
	CHECK(wants_key(0, NAME));
	CHECK_EQ(end("hello\r\n"), SESSION_WAIT);
	check_reason(key(0, DNS_FOUND, "p=AAAA"), REASON_AUTHORISED);
	forget();
}

TEST(without_a_signature_nothing_is_awaited)
{
	begin();
	open_connection();
	add_field("From", " alice@fabrikam.com");
	add_field("X-MS-Exchange-CrossTenant-Id", " " FABRIKAM_ID);
	CHECK_EQ(body("hello"), SESSION_NEXT);
	CHECK(wants_nothing(0));
	check_reason(end(""), REASON_PROOF_MISSING);
	forget();
}

TEST(another_source_looks_up_nothing)
{
	begin();
	policy->dkim_source = POLICY_DKIM_NONE;
	open_connection();
	add_header(TAGS, "hello\r\n");
	CHECK_EQ(body("hello"), SESSION_NEXT);
	CHECK(wants_nothing(0));
	check_reason(end(""), REASON_PROOF_MISSING);
	CHECK(!answer.facts->dkim);
	forget();
}

/* --- proofs ----------------------------------------------------------------------------------- */

static void check_proof(const char *tags, const char *signed_body, const char *record,
			enum reason reason)
{
	harness_row("%s / %s", tags, record);
	open_connection();
	add_header(tags, signed_body);
	CHECK_EQ(body("hello\r\n"), SESSION_NEXT);
	CHECK_EQ(end(""), SESSION_WAIT);
	check_reason(key(0, DNS_FOUND, record), reason);
	forget();
	session.state = SESSION_NEW;
}

TEST(what_a_signature_is_worth)
{
	begin();
	check_proof(TAGS, "hello\r\n", "p=AAAA", REASON_AUTHORISED);
	check_proof(TAGS, "other\r\n", "p=AAAA", REASON_PROOF_MISSING);
	check_proof(TAGS, "hello\r\n", "p=another", REASON_PROOF_MISSING);
	check_proof(TAGS, "hello\r\n", "t=y; p=AAAA", REASON_PROOF_MISSING);
	check_proof(TAGS "; l=7", "hello\r\n", "p=AAAA", REASON_AUTHORISED);
	check_proof(TAGS "; l=5", "hello", "p=AAAA", REASON_PROOF_MISSING);
	policy->dkim.partial_counts = true;
	check_proof(TAGS "; l=5", "hello", "p=AAAA", REASON_AUTHORISED);
	policy->dkim.min_rsa_bits = 2048;
	check_proof(TAGS, "hello\r\n", "p=short", REASON_PROOF_MISSING);
}

/* One that is there and does not verify is told from none, though it is worth no more. */
TEST(a_signature_that_failed)
{
	static const struct {
		const char *tags, *signed_body, *record;
		enum proof_state state;
	} rows[] = {
		{ TAGS, "other\r\n", "p=AAAA", PROOF_FAILED },
		{ TAGS, "hello\r\n", "p=another", PROOF_FAILED },
		{ TAGS, "hello\r\n", "p=", PROOF_FAILED },
		{ TAGS, "hello\r\n", "t=y; p=AAAA", PROOF_ABSENT },
		{ TAGS, "hello\r\n", "p=AAAA", PROOF_AGREES },
		{ STRANGERS_TAGS, "other\r\n", "p=AAAA", PROOF_ABSENT },
	};

	begin();
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		open_connection();
		harness_row("%zu", i);
		add_header(rows[i].tags, rows[i].signed_body);
		CHECK_EQ(end("hello\r\n"), SESSION_WAIT);
		CHECK_EQ(key(0, DNS_FOUND, rows[i].record), SESSION_ANSWER);
		CHECK_EQ(answer.verdict.proofs.signature, rows[i].state);
		forget();
		session.state = SESSION_NEW;
	}
}

/* It defers only if the answer could change something. */
TEST(an_answer_that_does_not_come)
{
	begin();
	open_connection();
	add_header(TAGS, "hello\r\n");
	CHECK_EQ(end("hello\r\n"), SESSION_WAIT);
	check_reason(key(0, DNS_FAILED, ""), REASON_TEMPERROR);
	CHECK_EQ(answer.verdict.decision, VERDICT_TEMPFAIL);
	forget();

	begin_message();
	add_header(STRANGERS_TAGS, "hello\r\n");
	CHECK_EQ(end("hello\r\n"), SESSION_WAIT);
	check_reason(key(0, DNS_FAILED, ""), REASON_PROOF_MISSING);
	forget();

	begin_message();
	add_header(TAGS, "hello\r\n");
	CHECK_EQ(end("hello\r\n"), SESSION_WAIT);
	check_reason(key(0, DNS_NO_NAME, ""), REASON_PROOF_MISSING);
	forget();

	for (int counts = 0; counts < 2; counts++) {
		policy->dkim.partial_counts = counts;
		begin_message();
		add_header(TAGS "; l=5", "hello");
		CHECK_EQ(end("hello\r\n"), SESSION_WAIT);
		check_reason(key(0, DNS_FAILED, ""),
			     counts ? REASON_TEMPERROR : REASON_PROOF_MISSING);
		forget();
	}
}

/* More signatures than are tried: the tenant's is among those that are. */
TEST(strangers_first)
{
	begin();
	policy->dkim.signatures = 2;
	open_connection();
	for (int i = 0; i < 5; i++) {
		char value[1024];

		fixture_dkim_sign(STRANGERS_TAGS, HEADER, "hello\r\n", value, sizeof(value));
		add_field("DKIM-Signature", value);
	}
	add_header(TAGS, "hello\r\n");
	CHECK_EQ(end("hello\r\n"), SESSION_WAIT);
	CHECK(wants_key(0, "s._domainkey.stranger.example") && wants_key(1, NAME));
	CHECK_EQ(key(0, DNS_NO_NAME, ""), SESSION_NEXT);
	check_reason(key(1, DNS_FOUND, "p=AAAA"), REASON_AUTHORISED);
	forget();
}

static void sign(const char *tags, const char *header)
{
	char value[1024];

	fixture_dkim_sign(tags, header, "hello\r\n", value, sizeof(value));
	add_field("DKIM-Signature", value);
}

/* The same of mail that a tenant forwards and signs with a domain that it does not send from. */
TEST(strangers_before_a_forwarder)
{
	static const struct span signers[] = { { "signer.example", 14 } };
	static const char header[] = "from:bob@author.example\r\n";
	const char *common = "v=1; a=rsa-sha256; c=relaxed; s=s; h=from; d=";

	begin();
	policy->dkim.signatures = 2;
	fixture_fabrikam()->forwarding = POLICY_FORWARDING_SRS;
	fixture_fabrikam()->dkim_domains = (struct policy_span_list){ signers, 1 };
	open_connection();
	for (int i = 0; i < 7; i++) {
		const char *domain = i < 5 ? "stranger.example" :
					     (i == 5 ? "author.example" : "signer.example");
		char tags[128];

		snprintf(tags, sizeof(tags), "%s%s", common, domain);
		sign(tags, header);
	}
	add_field("From", " bob@author.example");
	add_field("X-MS-Exchange-CrossTenant-Id", " " FABRIKAM_ID);
	CHECK_EQ(end("hello\r\n"), SESSION_WAIT);
	CHECK(wants_key(0, "s._domainkey.author.example"));
	CHECK(wants_key(1, "s._domainkey.signer.example"));
	CHECK_EQ(key(0, DNS_FOUND, "p=AAAA"), SESSION_NEXT);
	check_reason(key(1, DNS_FOUND, "p=AAAA"), REASON_FORWARDED);
	forget();
}

/* --- ends that are none ----------------------------------------------------------------------- */

TEST(what_is_held_is_given_back)
{
	static const enum milter_command ends[] = { MILTER_ABORT, MILTER_HELO,
						    MILTER_QUIT_NEW_CONNECTION };

	for (size_t i = 0; i < N_ELEMENTS(ends); i++) {
		for (int waiting = 0; waiting <= 1; waiting++) {
			harness_row("end %zu, waiting %d", i, waiting);
			begin();
			open_connection();
			add_header(TAGS, "hello\r\n");
			CHECK_EQ(body("hello\r\n"), SESSION_NEXT);
			if (waiting)
				CHECK_EQ(end(""), SESSION_WAIT);
			CHECK_EQ(fixture_dkim_n_hashes, 1);
			CHECK_EQ(step((struct milter_event){ .type = ends[i] }), SESSION_NEXT);
			CHECK_EQ(fixture_dkim_n_hashes, 0);
			CHECK(wants_nothing(0));
		}
	}
}

TEST(a_message_over_a_limit)
{
	begin();
	open_connection();
	add_header(TAGS, "hello\r\n");
	CHECK_EQ(body("hello\r\n"), SESSION_NEXT);
	session_over_limit(&session);
	CHECK_EQ(fixture_dkim_n_hashes, 0);
	CHECK(wants_nothing(0));
	check_reason(end(""), REASON_LIMIT);
	forget();
}

/* An arena that has no room for the key either. */
TEST(a_key_that_does_not_fit)
{
	begin();
	open_connection();
	add_header(TAGS, "hello\r\n");
	CHECK_EQ(end("hello\r\n"), SESSION_WAIT);
	while (arena_record(&arena, 16))
		;
	check_reason(key(0, DNS_FOUND, "p=AAAA"), REASON_LIMIT);
	CHECK_EQ(answer.verdict.decision, VERDICT_TEMPFAIL);
	forget();
}

/* Nothing may come while it waits but what ends the message. */
TEST(events_while_it_waits)
{
	static const enum milter_command out_of_order[] = { MILTER_MAIL, MILTER_RCPT, MILTER_HEADER,
							    MILTER_BODY, MILTER_END_OF_MESSAGE };

	for (size_t i = 0; i < N_ELEMENTS(out_of_order); i++) {
		begin();
		open_connection();
		add_header(TAGS, "hello\r\n");
		CHECK_EQ(end(""), SESSION_WAIT);
		CHECK_EQ(step((struct milter_event){ .type = out_of_order[i] }), SESSION_CLOSE);
		forget();
	}
}

/* --- over the wire ---------------------------------------------------------------------------- */

static void add_message(struct stream *s, const char *text)
{
	char value[1024];

	fixture_dkim_sign(TAGS, HEADER, "hello\r\n", value, sizeof(value));
	stream_envelope(s, "alice@fabrikam.com", "bob@elsewhere.example");
	stream_header(s, "DKIM-Signature", value);
	stream_header(s, "From", " alice@fabrikam.com");
	stream_header(s, "X-MS-Exchange-CrossTenant-Id", " " FABRIKAM_ID);
	stream_packet(s, 'B', text, strlen(text));
	stream_packet(s, 'B', "\r\n", 2);
	stream_empty(s, 'E');
	stream_empty(s, 'A');
}

TEST(whole_byte_by_byte_and_split_everywhere)
{
	struct stream *s = stream_new();
	const struct played *played;

	begin();
	policy->reads_body = true;
	fixture_fabrikam()->proofs = 2;
	stream_open(s);
	add_message(s, "hello");
	add_message(s, "other");
	add_message(s, "hello \r\n");
	played = dialog_play_all_ways(policy, 64 * 1024, s);
	CHECK_EQ(played->n_answers, 3);
	CHECK(played_says(played, "accept authorised"));
	CHECK(played_says(played, "reject proof-missing"));
	CHECK_EQ(fixture_dkim_n_hashes, 0);
}

/* A connection that ends while a message is under way gives back what that held. */
TEST(a_connection_that_ends)
{
	struct stream *s = stream_new();

	begin();
	policy->reads_body = true;
	stream_open(s);
	add_message(s, "hello");
	for (size_t len = 0; len < s->len; len++) {
		struct stream part = { s->bytes, len };

		dialog_play(policy, 64 * 1024, &part, NULL, 0);
		CHECK_EQ(fixture_dkim_n_hashes, 0);
	}
}

HARNESS_MAIN
