// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include "harness.h"
#include "session_steps.h"

#define WITHOUT(action) (STEPS_ALL_ACTIONS & ~(uint32_t)MILTER_ACT_##action)

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
		return steps_step(&letter, 1);
	}
}

/* All but the last are legal; the last one is as said. */
static void check_sequence(const char *sequence, enum session_result last)
{
	size_t len = strlen(sequence);

	steps_begin(fixture_policy());
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

/* --- nothing of one message is known in the next (attacks S1 to S6) --------------------------- */

enum first_end {
	JUDGED,
	ABORTED
};

/* A first message with the fields, ended somehow; then a second one is begun. */
static void first_message(enum first_end end, const char *const fields[][2], size_t n)
{
	steps_begin(fixture_policy());
	steps_connect_verified();
	steps_envelope();
	for (size_t i = 0; i < n; i++)
		steps_header(fields[i][0], fields[i][1]);
	if (end == JUDGED)
		STEP("E");
	STEP("A");
	STEP("A");
	steps_envelope();
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
	steps_header("From", " alice@contoso.com");
	steps_check_reason(STEP("E"), REASON_PROOF_MISSING);
	CHECK_EQ(steps_answer.message_id.len, 0);
}

TEST(s2_no_evidence_after_an_aborted_message)
{
	first_message(ABORTED, valid, N_ELEMENTS(valid));
	steps_header("From", " alice@contoso.com");
	steps_check_reason(STEP("E"), REASON_PROOF_MISSING);
}

TEST(s3_nothing_after_an_aborted_message)
{
	first_message(ABORTED, valid, N_ELEMENTS(valid));
	steps_check_reason(STEP("E"), REASON_FROM_MISSING);
	CHECK_EQ(steps_answer.message_id.len, 0);
}

TEST(s4_foreign_from_after_an_aborted_message)
{
	first_message(ABORTED, valid, N_ELEMENTS(valid));
	steps_header("From", " x@foreign.example");
	steps_check_reason(STEP("E"), REASON_TENANT_UNKNOWN);
}

TEST(s5_valid_after_an_aborted_conflict)
{
	first_message(ABORTED, two_ids, N_ELEMENTS(two_ids));
	steps_evidence();
	steps_check_reason(STEP("E"), REASON_AUTHORISED);
}

TEST(s6_valid_after_a_rejected_message)
{
	first_message(JUDGED, two_froms, N_ELEMENTS(two_froms));
	steps_evidence();
	steps_check_reason(STEP("E"), REASON_AUTHORISED);
}

TEST(recipients_are_of_their_message)
{
	steps_begin(fixture_policy());
	steps_connect_verified();
	STEP("M<x@foreign.example>\0");
	STEP("R<bob@elsewhere.example>\0");
	STEP("A");
	STEP("M<x@foreign.example>\0");
	STEP("R<postmaster@example.net>\0");
	steps_check_reason(STEP("E"), REASON_ROLE);
	STEP("M<x@foreign.example>\0");
	STEP("R<bob@elsewhere.example>\0");
	steps_header("From", " x@foreign.example");
	steps_check_reason(STEP("E"), REASON_TENANT_UNKNOWN);
}

/* smtpd sends "<>", cleanup of mail that did not come over SMTP nothing at all. */
TEST(the_null_sender_in_both_spellings)
{
	steps_begin(fixture_policy());
	steps_connect_verified();
	for (int empty = 0; empty <= 1; empty++) {
		harness_row(empty ? "nothing" : "<>");
		CHECK_EQ(empty ? STEP("M\0") : STEP("M<>\0"), SESSION_NEXT);
		STEP("R<bob@elsewhere.example>\0");
		steps_evidence();
		steps_check_reason(STEP("E"), REASON_AUTHORISED);
	}
}

/* QUIT_NC forgets the client, its certificate and the message, and not the agreement. */
TEST(quit_nc_forgets_the_client)
{
	steps_begin(fixture_policy());
	steps_connect_verified();
	steps_envelope();
	steps_evidence();
	CHECK_EQ(STEP("K"), SESSION_NEXT);
	CHECK(!session_in_message(&steps_session));
	CHECK_EQ(steps_session.actions, STEPS_ALL_ACTIONS);
	CHECK(steps_session.leading_space);
	STEP("DCv\0Postfix 3.7.11\0");
	STEP("Chost\0"
	     "4\0\0" EXO_V4 "\0");
	STEP("Hhelo.example\0");
	steps_check_message(REASON_CERT_MISSING);
}

/* --- limits and refusals ---------------------------------------------------------------------- */

TEST(too_many_fields_are_deferred)
{
	steps_begin(fixture_policy());
	steps_arena = fixture_arena(1024 * 1024);
	steps_connect_verified();
	steps_envelope();
	steps_evidence();
	for (size_t i = 2; i < HEADER_FIELDS_MAX + 1; i++)
		CHECK_EQ(steps_header("Subject", "x"), SESSION_NEXT);
	steps_check_reason(STEP("E"), REASON_LIMIT);
	CHECK_EQ(steps_answer.verdict.decision, VERDICT_TEMPFAIL);
	CHECK_EQ(steps_answer.plan.n, 0);
	STEP("A");
	steps_check_message(REASON_AUTHORISED);
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
		{ STEPS_ALL_ACTIONS, contoso, VERDICT_ACCEPT, REASON_AUTHORISED },
		{ WITHOUT(ADD_HEADERS), contoso, VERDICT_TEMPFAIL, REASON_EDITS_REFUSED },
		{ WITHOUT(CHANGE_HEADERS), contoso, VERDICT_TEMPFAIL, REASON_EDITS_REFUSED },
		{ WITHOUT(CHANGE_FROM), contoso, VERDICT_TEMPFAIL, REASON_EDITS_REFUSED },
		{ 0, contoso, VERDICT_TEMPFAIL, REASON_EDITS_REFUSED },
		{ 0, fabrikam, VERDICT_REJECT, REASON_TENANT_CONFLICT },
		{ STEPS_ALL_ACTIONS, fabrikam, VERDICT_REJECT, REASON_TENANT_CONFLICT },
		{ MILTER_ACT_QUARANTINE, fabrikam, VERDICT_HOLD, REASON_TENANT_CONFLICT },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		steps_begin(fixture_policy());
		fixture_fabrikam()->refusal = POLICY_REFUSAL_HOLD;
		steps_session.actions = rows[i].actions;
		harness_row("row %zu", i);
		steps_connect_verified();
		steps_envelope();
		steps_header("From", rows[i].from);
		steps_header("X-MS-Exchange-CrossTenant-Id", " " CONTOSO_ID);
		steps_check_reason(STEP("E"), rows[i].reason);
		CHECK_EQ(steps_answer.verdict.decision, rows[i].decision);
		CHECK_EQ(steps_answer.plan.n != 0, verdict_takes(rows[i].decision));
	}
}

HARNESS_MAIN
