// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include "fixture.h"
#include "harness.h"

#define ARENA_SIZE	(64u * 1024)
#define ALL_ACTIONS	UINT32_C(0x51) /* ADD_HEADERS, CHANGE_HEADERS, CHANGE_FROM */
#define WITHOUT(action) (ALL_ACTIONS & ~(uint32_t)MILTER_ACT_##action)

static struct session session;
static struct session_answer answer;
static struct arena arena;

static void begin(const struct policy *policy)
{
	arena = fixture_arena(ARENA_SIZE);
	session_init(&session, policy);
	session.actions = ALL_ACTIONS;
	session.leading_space = true;
}

/* One packet, as an engine steps it: an arena before MAIL, the answer forgotten before the next. */
static enum session_result step(const char *packet, size_t len)
{
	struct milter_event ev;

	if (session.state == SESSION_JUDGED)
		session_end_message(&session);
	if (packet[0] == 'M' && !session_in_message(&session)) { /* the earliest that is allowed */
		arena_reset(&arena);
		session_begin_message(&session, &arena);
	}
	CHECK_EQ(milter_event_parse(span_of(guarded(packet, len), len), &ev), PARSE_OK);
	return session_step(&session, &ev, &answer);
}

#define STEP(literal) step(literal, sizeof(literal) - 1)

static enum session_result header(const char *name, const char *value)
{
	char packet[1024] = "L";
	size_t name_size = strlen(name) + 1, value_size = strlen(value) + 1;

	memcpy(packet + 1, name, name_size);
	memcpy(packet + 1 + name_size, value, value_size);
	return step(packet, 1 + name_size + value_size);
}

static void connect_verified(void)
{
	CHECK_EQ(STEP("DCv\0Postfix 3.7.11\0"), SESSION_NEXT);
	CHECK_EQ(STEP("Chost\0"
		      "4\0\0" EXO_V4 "\0"),
		 SESSION_NEXT);
	CHECK_EQ(STEP("DH{tls_version}\0TLSv1.3\0{cert_subject}\0" CERTIFICATE_NAME "\0"),
		 SESSION_NEXT);
	CHECK_EQ(STEP("Hhelo.example\0"), SESSION_NEXT);
}

static void envelope(void)
{
	CHECK_EQ(STEP("M<alice@contoso.com>\0"), SESSION_NEXT);
	CHECK_EQ(STEP("R<bob@elsewhere.example>\0"), SESSION_NEXT);
}

static void evidence(void)
{
	header("From", " alice@contoso.com");
	header("X-MS-Exchange-CrossTenant-Id", " " CONTOSO_ID);
}

static void check_reason(enum session_result result, enum reason reason)
{
	struct span got = reason_word(answer.verdict.reason), wanted = reason_word(reason);

	CHECK_EQ(result, SESSION_ANSWER);
	CHECK_BYTES(got.p, got.len, wanted.p, wanted.len);
}

/* --- which event may follow which ------------------------------------------------------------- */

static enum session_result step_letter(char letter)
{
	switch (letter) {
	case 'C':
		return STEP("Chost\0"
			    "4\0\0" EXO_V4 "\0");
	case 'H':
		return STEP("Hhelo.example\0");
	case 'M':
		return STEP("M<alice@contoso.com>\0");
	case 'R':
		return STEP("R<bob@elsewhere.example>\0");
	case 'L':
		return STEP("LSubject\0 x\0");
	case 'D':
		return STEP("DM");
	case 'U':
		return STEP("UFOO\0");
	case 'O':
		return STEP("O\0\0\0\6\0\0\1\xff\0\x1f\xff\xff");
	default:
		return step(&letter, 1);
	}
}

/* All but the last are legal; the last one is as said. */
static void check_sequence(const char *sequence, enum session_result last)
{
	size_t len = strlen(sequence);

	begin(fixture_policy());
	harness_row("%s", sequence);
	for (size_t i = 0; i + 1 < len; i++)
		CHECK(step_letter(sequence[i]) != SESSION_CLOSE);
	CHECK_EQ(step_letter(sequence[len - 1]), last);
}

TEST(legal_sequences)
{
	static const char *const rows[] = {
		"CHMRTLNBE", "CMRLE", "CHMRE", "CHMRTLLLNBBBE", "CHMRTLBE", "CHMRTBE", "CHMRTNE",
	};
	/* ABORT after the end; no ABORT at all; another HELO; unknown commands; QUIT_NC. */
	static const char *const then[] = {
		"A", "AA", "AAMRTLE", "MRTLE", "AHMRTLE", "UAUMURUTULUE", "KCHMRTLNBE",
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		check_sequence(rows[i], SESSION_ANSWER);
		for (size_t j = 0; j < N_ELEMENTS(then); j++) {
			bool ends = then[j][strlen(then[j]) - 1] == 'E';
			char whole[64] = "";

			strcat(strcat(whole, rows[i]), then[j]);
			check_sequence(whole, ends ? SESSION_ANSWER : SESSION_NEXT);
		}
	}
}

TEST(legal_interruptions)
{
	static const char *const rows[] = {
		"A",	     "AA",
		"CA",	     "CAA",
		"CHA",	     "CHMA",
		"CHMAM",     "CHMRA",
		"CHMRTAM",   "CHMRTLAM",
		"CHMRTLNAM", "CHMRTLNBAM",
		"CHMH",	     "CHMRHM",
		"CHMRAH",    "CHHM",
		"CHMRTLHM",  "D",
		"K",	     "CHMRTLKC",
		"CU",	     "CHDUDMDRDTDLDNDBD",
		"CHMRTNB",   "CHMRTAHM",
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		check_sequence(rows[i], SESSION_NEXT);
}

TEST(illegal_sequences)
{
	static const char *const rows[] = {
		"H",	    "M",	"R",	    "T",	"L",	    "N",	"B",
		"E",	    "U",	"O",	    "CC",	"CO",	    "CR",	"CT",
		"CL",	    "CN",	"CB",	    "CE",	"CHC",	    "CHMM",	"CHMT",
		"CHML",	    "CHMN",	"CHMB",	    "CHME",	"CHMC",	    "CHMRM",	"CHMRTM",
		"CHMRTLR",  "CHMRTLM",	"CHMRTLT",  "CHMRTLNL", "CHMRTLNR", "CHMRTLNN", "CHMRTLBL",
		"CHMRTLBN", "CHMRTLEE", "CHMRTLEL", "CHMRTLER", "CHMRTLEB", "CHMRAR",	"CHMRAE",
		"CHMRTLAE", "CHMRHR",	"CHMRTHE",  "KM",	"CKM",	    "CHMRTLKE",
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		check_sequence(rows[i], SESSION_CLOSE);
}

TEST(quit_closes_anywhere)
{
	static const char *const rows[] = {
		"Q", "CQ", "CHQ", "CHMQ", "CHMRQ", "CHMRTLQ", "CHMRTLEQ"
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		check_sequence(rows[i], SESSION_CLOSE);
}

/* --- the client certificate ------------------------------------------------------------------- */

struct certificate_row {
	const char *why;
	const char *connect_macros;
	size_t connect_len;
	const char *helo_macros;
	size_t helo_len;
	enum reason reason;
};

#define MACROS(literal) literal, sizeof(literal) - 1
#define POSTFIX		MACROS("DCv\0Postfix 3.7.11\0")
#define SENDMAIL       \
	MACROS("DCv\0" \
	       "8.17.1\0")
#define TLS "{tls_version}\0TLSv1.3\0"

/* What makes a name a verified one. */
TEST(when_a_certificate_name_counts)
{
	static const struct certificate_row rows[] = {
		{ "verified", POSTFIX, MACROS("DH" TLS "{cert_subject}\0" CERTIFICATE_NAME "\0"),
		  REASON_AUTHORISED },
		{ "no TLS macro", POSTFIX, MACROS("DH{cert_subject}\0" CERTIFICATE_NAME "\0"),
		  REASON_CERT_MISSING },
		{ "empty TLS macro", POSTFIX,
		  MACROS("DH{tls_version}\0\0{cert_subject}\0" CERTIFICATE_NAME "\0"),
		  REASON_CERT_MISSING },
		{ "TLS and no certificate", POSTFIX, MACROS("DH" TLS), REASON_CERT_MISSING },
		{ "an empty name", POSTFIX, MACROS("DH" TLS "{cert_subject}\0\0"),
		  REASON_CERT_MISSING },
		{ "no macros at all", POSTFIX, MACROS("DH"), REASON_CERT_MISSING },
		{ "another name", POSTFIX, MACROS("DH" TLS "{cert_subject}\0evil.example\0"),
		  REASON_CERT_UNTRUSTED },
		{ "the name as issuer", POSTFIX,
		  MACROS("DH" TLS "{cert_issuer}\0" CERTIFICATE_NAME "\0"), REASON_CERT_MISSING },
		{ "the first of two names", POSTFIX,
		  MACROS("DH" TLS "{cert_subject}\0evil.example\0{cert_subject}\0" CERTIFICATE_NAME
			 "\0"),
		  REASON_CERT_UNTRUSTED },
		{ "a name cut off", POSTFIX, MACROS("DH" TLS "{cert_subject}\0" CERTIFICATE_NAME),
		  REASON_CERT_MISSING },
		{ "Sendmail, verified", SENDMAIL,
		  MACROS("DH" TLS "{cn_subject}\0" CERTIFICATE_NAME "\0{verify}\0OK\0"),
		  REASON_AUTHORISED },
		{ "Sendmail, not verified", SENDMAIL,
		  MACROS("DH" TLS "{cn_subject}\0" CERTIFICATE_NAME "\0{verify}\0FAIL\0"),
		  REASON_CERT_MISSING },
		{ "Sendmail says nothing", SENDMAIL,
		  MACROS("DH" TLS "{cn_subject}\0" CERTIFICATE_NAME "\0"), REASON_CERT_MISSING },
		{ "Sendmail's subject is a whole name", SENDMAIL,
		  MACROS("DH" TLS "{cert_subject}\0" CERTIFICATE_NAME "\0{verify}\0OK\0"),
		  REASON_CERT_MISSING },
		{ "the first of two verify", SENDMAIL,
		  MACROS("DH" TLS "{cn_subject}\0" CERTIFICATE_NAME
			 "\0{verify}\0FAIL\0{verify}\0OK\0"),
		  REASON_CERT_MISSING },
		{ "an MTA that does not say which", MACROS("DC"),
		  MACROS("DH" TLS "{cert_subject}\0" CERTIFICATE_NAME "\0"), REASON_CERT_MISSING },
		{ "the first of two MTAs",
		  MACROS("DCv\0"
			 "8.17.1\0v\0Postfix\0"),
		  MACROS("DH" TLS "{cert_subject}\0" CERTIFICATE_NAME "\0"), REASON_CERT_MISSING },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		begin(fixture_policy());
		harness_row("%s", rows[i].why);
		step(rows[i].connect_macros, rows[i].connect_len);
		STEP("Chost\0"
		     "4\0\0" EXO_V4 "\0");
		step(rows[i].helo_macros, rows[i].helo_len);
		STEP("Hhelo.example\0");
		envelope();
		evidence();
		check_reason(STEP("E"), rows[i].reason);
	}
}

TEST(a_name_longer_than_is_kept_is_none)
{
	char packet[512] = "DH" TLS "{cert_subject}\0";
	size_t head = sizeof("DH" TLS "{cert_subject}\0") - 1;

	for (size_t len = SESSION_CERTIFICATE_MAX - 1; len <= SESSION_CERTIFICATE_MAX + 1; len++) {
		begin(fixture_policy());
		harness_row("%zu", len);
		memset(packet + head, 'x', len);
		packet[head + len] = '\0';
		step(POSTFIX);
		STEP("Chost\0"
		     "4\0\0" EXO_V4 "\0");
		step(packet, head + len + 1);
		STEP("Hhelo.example\0");
		envelope();
		evidence();
		check_reason(STEP("E"), len > SESSION_CERTIFICATE_MAX ? REASON_CERT_MISSING :
									REASON_CERT_UNTRUSTED);
	}
}

/* A certificate belongs to the HELO after its STARTTLS, and dies with the next HELO. */
TEST(a_second_helo_voids_the_certificate)
{
	begin(fixture_policy());
	connect_verified();
	STEP("DH");
	STEP("Hagain.example\0");
	envelope();
	evidence();
	check_reason(STEP("E"), REASON_CERT_MISSING);

	begin(fixture_policy());
	connect_verified();
	STEP("Hagain.example\0"); /* without macros, as a switched-off list would be */
	envelope();
	evidence();
	check_reason(STEP("E"), REASON_CERT_MISSING);
}

TEST(a_certificate_serves_all_messages_of_its_helo)
{
	begin(fixture_policy());
	connect_verified();
	for (int i = 0; i < 3; i++) {
		envelope();
		evidence();
		check_reason(STEP("E"), REASON_AUTHORISED);
		STEP("A");
	}
}

/* --- macros of the message -------------------------------------------------------------------- */

static void check_queue_id(const char *wanted)
{
	CHECK_BYTES(answer.queue_id.p, answer.queue_id.len, wanted, strlen(wanted));
}

/* Absent at M and first R, there later, and never from the message before. */
TEST(queue_id)
{
	begin(fixture_policy());
	connect_verified();
	STEP("DM{mail_addr}\0x\0");
	STEP("M<alice@contoso.com>\0");
	STEP("R<a@b.example>\0");
	STEP("DRi\0"
	     "4ABC\0");
	STEP("R<c@d.example>\0");
	STEP("DE");
	STEP("E");
	check_queue_id("4ABC");
	STEP("A");
	envelope();
	STEP("E");
	check_queue_id("");
	envelope();
	STEP("DTi\0"
	     "4DEF\0i\0"
	     "4BAD\0");
	STEP("E");
	check_queue_id("4DEF");
}

TEST(queue_id_of_an_aborted_message)
{
	begin(fixture_policy());
	connect_verified();
	envelope();
	STEP("DTi\0"
	     "4ABC\0");
	STEP("A");
	envelope();
	STEP("E");
	check_queue_id("");
}

TEST(a_long_queue_id_is_cut)
{
	char packet[256] = "DEi";
	const size_t len = 100;

	begin(fixture_policy());
	connect_verified();
	envelope();
	memset(packet + 4, 'Q', len);
	packet[4 + len] = '\0';
	step(packet, 4 + len + 1);
	STEP("E");
	CHECK_EQ(answer.queue_id.len, SESSION_QUEUE_ID_MAX);
}

/* An authenticated client of one message is not one of the next. */
TEST(authentication_is_of_its_message)
{
	struct policy *policy = fixture_policy();

	policy->other_clients = POLICY_OTHER_PASS;
	begin(policy);
	STEP("Chost\0"
	     "4\0\0"
	     "203.0.113.1\0");
	STEP("DM{auth_authen}\0alice\0");
	envelope();
	evidence();
	check_reason(STEP("E"), REASON_CLIENT_OTHER);
	CHECK_EQ(answer.verdict.decision, VERDICT_ACCEPT);
	STEP("A");
	STEP("DM");
	envelope();
	evidence();
	check_reason(STEP("E"), REASON_CLIENT_OTHER);
	CHECK_EQ(answer.verdict.decision, VERDICT_REJECT);
	STEP("DM{auth_authen}\0alice\0");
	STEP("M<alice@contoso.com>\0");
	STEP("A");
	envelope();
	evidence();
	check_reason(STEP("E"), REASON_CLIENT_OTHER);
	CHECK_EQ(answer.verdict.decision, VERDICT_REJECT);
}

/* --- nothing of one message is known in the next (attacks S1 to S6) --------------------------- */

enum first_end {
	JUDGED,
	ABORTED
};

/* A first message with the fields, ended somehow; then a second one is begun. */
static void first_message(enum first_end end, const char *const fields[][2], size_t n)
{
	begin(fixture_policy());
	connect_verified();
	envelope();
	for (size_t i = 0; i < n; i++)
		header(fields[i][0], fields[i][1]);
	if (end == JUDGED)
		STEP("E");
	STEP("A");
	STEP("A");
	envelope();
}

static const char *const valid[][2] = {
	{ "From", " alice@contoso.com" },
	{ "X-MS-Exchange-CrossTenant-Id", " " CONTOSO_ID },
	{ "Message-ID", " <1@contoso.com>" },
	{ "Resent-From", " alice@contoso.com" },
};
static const char *const two_ids[][2] = {
	{ "From", " alice@contoso.com" },
	{ "X-MS-Exchange-CrossTenant-Id", " " CONTOSO_ID },
	{ "X-MS-Exchange-CrossTenant-Id", " " FABRIKAM_ID },
};
static const char *const two_froms[][2] = {
	{ "From", " alice@contoso.com" },
	{ "From", " alice@contoso.com" },
};

TEST(s1_no_evidence_after_an_accepted_message)
{
	first_message(JUDGED, valid, N_ELEMENTS(valid));
	header("From", " alice@contoso.com");
	check_reason(STEP("E"), REASON_PROOF_MISSING);
	CHECK_EQ(answer.message_id.len, 0);
}

TEST(s2_no_evidence_after_an_aborted_message)
{
	first_message(ABORTED, valid, N_ELEMENTS(valid));
	header("From", " alice@contoso.com");
	check_reason(STEP("E"), REASON_PROOF_MISSING);
}

TEST(s3_nothing_after_an_aborted_message)
{
	first_message(ABORTED, valid, N_ELEMENTS(valid));
	check_reason(STEP("E"), REASON_FROM_MISSING);
	CHECK_EQ(answer.message_id.len, 0);
}

TEST(s4_foreign_from_after_an_aborted_message)
{
	first_message(ABORTED, valid, N_ELEMENTS(valid));
	header("From", " x@foreign.example");
	check_reason(STEP("E"), REASON_TENANT_UNKNOWN);
}

TEST(s5_valid_after_an_aborted_conflict)
{
	first_message(ABORTED, two_ids, N_ELEMENTS(two_ids));
	evidence();
	check_reason(STEP("E"), REASON_AUTHORISED);
}

TEST(s6_valid_after_a_rejected_message)
{
	first_message(JUDGED, two_froms, N_ELEMENTS(two_froms));
	evidence();
	check_reason(STEP("E"), REASON_AUTHORISED);
}

TEST(recipients_are_of_their_message)
{
	begin(fixture_policy());
	connect_verified();
	STEP("M<x@foreign.example>\0");
	STEP("R<bob@elsewhere.example>\0");
	STEP("A");
	STEP("M<x@foreign.example>\0");
	STEP("R<postmaster@example.net>\0");
	check_reason(STEP("E"), REASON_ROLE);
	STEP("M<x@foreign.example>\0");
	STEP("R<bob@elsewhere.example>\0");
	header("From", " x@foreign.example");
	check_reason(STEP("E"), REASON_TENANT_UNKNOWN);
}

/* smtpd sends "<>", cleanup of mail that did not come over SMTP nothing at all. */
TEST(the_null_sender_in_both_spellings)
{
	begin(fixture_policy());
	connect_verified();
	for (int empty = 0; empty <= 1; empty++) {
		harness_row(empty ? "nothing" : "<>");
		CHECK_EQ(empty ? STEP("M\0") : STEP("M<>\0"), SESSION_NEXT);
		STEP("R<bob@elsewhere.example>\0");
		evidence();
		check_reason(STEP("E"), REASON_AUTHORISED);
	}
}

/* QUIT_NC forgets the client, its certificate and the message, and not the agreement. */
TEST(quit_nc_forgets_the_client)
{
	begin(fixture_policy());
	connect_verified();
	envelope();
	evidence();
	CHECK_EQ(STEP("K"), SESSION_NEXT);
	CHECK(!session_in_message(&session));
	CHECK_EQ(session.actions, ALL_ACTIONS);
	CHECK(session.leading_space);
	STEP("DCv\0Postfix 3.7.11\0");
	STEP("Chost\0"
	     "4\0\0" EXO_V4 "\0");
	STEP("Hhelo.example\0");
	envelope();
	evidence();
	check_reason(STEP("E"), REASON_CERT_MISSING);
}

/* --- limits and refusals ---------------------------------------------------------------------- */

TEST(too_many_fields_are_deferred)
{
	begin(fixture_policy());
	arena = fixture_arena(1024 * 1024);
	connect_verified();
	envelope();
	evidence();
	for (size_t i = 2; i < HEADER_FIELDS_MAX + 1; i++)
		CHECK_EQ(header("Subject", "x"), SESSION_NEXT);
	check_reason(STEP("E"), REASON_LIMIT);
	CHECK_EQ(answer.verdict.decision, VERDICT_TEMPFAIL);
	CHECK_EQ(answer.plan.n, 0);
	STEP("A");
	envelope();
	evidence();
	check_reason(STEP("E"), REASON_AUTHORISED);
}

/* What cannot be edited as it must be is deferred; what cannot be held, as fabrikam's, refused. */
TEST(edits_that_the_mta_refuses)
{
	static const char *const contoso = " alice@contoso.com", *const fabrikam =
									 " x@fabrikam.com";
	const struct {
		uint32_t actions;
		const char *from;
		enum verdict_decision decision;
		enum reason reason;
	} rows[] = {
		{ ALL_ACTIONS, contoso, VERDICT_ACCEPT, REASON_AUTHORISED },
		{ WITHOUT(ADD_HEADERS), contoso, VERDICT_TEMPFAIL, REASON_EDITS_REFUSED },
		{ WITHOUT(CHANGE_HEADERS), contoso, VERDICT_TEMPFAIL, REASON_EDITS_REFUSED },
		{ WITHOUT(CHANGE_FROM), contoso, VERDICT_TEMPFAIL, REASON_EDITS_REFUSED },
		{ 0, contoso, VERDICT_TEMPFAIL, REASON_EDITS_REFUSED },
		{ 0, fabrikam, VERDICT_REJECT, REASON_TENANT_CONFLICT },
		{ ALL_ACTIONS, fabrikam, VERDICT_REJECT, REASON_TENANT_CONFLICT },
		{ MILTER_ACT_QUARANTINE, fabrikam, VERDICT_HOLD, REASON_TENANT_CONFLICT },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		begin(fixture_policy());
		fixture_fabrikam()->refusal = POLICY_REFUSAL_HOLD;
		session.actions = rows[i].actions;
		harness_row("row %zu", i);
		connect_verified();
		envelope();
		header("From", rows[i].from);
		header("X-MS-Exchange-CrossTenant-Id", " " CONTOSO_ID);
		check_reason(STEP("E"), rows[i].reason);
		CHECK_EQ(answer.verdict.decision, rows[i].decision);
		CHECK_EQ(answer.plan.n != 0, verdict_takes(rows[i].decision));
	}
}

HARNESS_MAIN
