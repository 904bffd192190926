// SPDX-License-Identifier: Apache-2.0
/* What a session takes from macros: the client certificate, the queue id, who has authenticated. */
#include "harness.h"
#include "session_steps.h"

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
		steps_begin(fixture_policy());
		harness_row("%s", rows[i].why);
		steps_step(rows[i].connect_macros, rows[i].connect_len);
		STEP("Chost\0"
		     "4\0\0" EXO_V4 "\0");
		steps_step(rows[i].helo_macros, rows[i].helo_len);
		STEP("Hhelo.example\0");
		steps_envelope();
		steps_evidence();
		steps_check_reason(STEP("E"), rows[i].reason);
	}
}

TEST(a_name_longer_than_is_kept_is_none)
{
	char packet[512] = "DH" TLS "{cert_subject}\0";
	size_t head = sizeof("DH" TLS "{cert_subject}\0") - 1;

	for (size_t len = SESSION_CERTIFICATE_MAX - 1; len <= SESSION_CERTIFICATE_MAX + 1; len++) {
		steps_begin(fixture_policy());
		harness_row("%zu", len);
		memset(packet + head, 'x', len);
		packet[head + len] = '\0';
		steps_step(POSTFIX);
		STEP("Chost\0"
		     "4\0\0" EXO_V4 "\0");
		steps_step(packet, head + len + 1);
		STEP("Hhelo.example\0");
		steps_envelope();
		steps_evidence();
		steps_check_reason(STEP("E"), len > SESSION_CERTIFICATE_MAX ?
						      REASON_CERT_MISSING :
						      REASON_CERT_UNTRUSTED);
	}
}

/* A certificate belongs to the HELO after its STARTTLS, and dies with the next HELO. */
TEST(a_second_helo_voids_the_certificate)
{
	steps_begin(fixture_policy());
	steps_connect_verified();
	STEP("DH");
	STEP("Hagain.example\0");
	steps_check_message(REASON_CERT_MISSING);

	steps_begin(fixture_policy());
	steps_connect_verified();
	STEP("Hagain.example\0"); /* without macros, as a switched-off list would be */
	steps_check_message(REASON_CERT_MISSING);
}

#define VERIFIED_HELO MACROS("DH" TLS "{cert_subject}\0" CERTIFICATE_NAME "\0")

/* Nor is it known of a HELO whose macros came and that did not come itself. */
TEST(a_certificate_without_its_helo)
{
	steps_begin(fixture_policy());
	steps_step(POSTFIX);
	steps_step(VERIFIED_HELO);
	STEP("Chost\0"
	     "4\0\0" EXO_V4 "\0");
	STEP("Hhelo.example\0");
	steps_check_message(REASON_CERT_MISSING);
	steps_step(VERIFIED_HELO);
	steps_check_message(REASON_CERT_MISSING);
}

TEST(a_certificate_serves_all_messages_of_its_helo)
{
	steps_begin(fixture_policy());
	steps_connect_verified();
	for (int i = 0; i < 3; i++) {
		steps_check_message(REASON_AUTHORISED);
		STEP("A");
	}
}

/* --- macros of the message -------------------------------------------------------------------- */

static void check_queue_id(const char *wanted)
{
	CHECK_BYTES(steps_answer.queue_id.p, steps_answer.queue_id.len, wanted, strlen(wanted));
}

/* Absent at M and first R, there later, and never from the message before. */
TEST(queue_id)
{
	steps_begin(fixture_policy());
	steps_connect_verified();
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
	steps_envelope();
	STEP("E");
	check_queue_id("");
	steps_envelope();
	STEP("DTi\0"
	     "4DEF\0i\0"
	     "4BAD\0");
	STEP("E");
	check_queue_id("4DEF");
}

TEST(queue_id_of_an_aborted_message)
{
	steps_begin(fixture_policy());
	steps_connect_verified();
	steps_envelope();
	STEP("DTi\0"
	     "4ABC\0");
	STEP("A");
	steps_envelope();
	STEP("E");
	check_queue_id("");
}

TEST(a_long_queue_id_is_cut)
{
	char packet[256] = "DEi";
	const size_t len = 100;

	steps_begin(fixture_policy());
	steps_connect_verified();
	steps_envelope();
	memset(packet + 4, 'Q', len);
	packet[4 + len] = '\0';
	steps_step(packet, 4 + len + 1);
	STEP("E");
	CHECK_EQ(steps_answer.queue_id.len, SESSION_QUEUE_ID_MAX);
}

/* An authenticated client of one message is not one of the next. */
TEST(authentication_is_of_its_message)
{
	struct policy *policy = fixture_policy();

	policy->other_clients = POLICY_OTHER_PASS;
	steps_begin(policy);
	STEP("Chost\0"
	     "4\0\0"
	     "203.0.113.1\0");
	STEP("DM{auth_authen}\0alice\0");
	steps_check_message(REASON_CLIENT_OTHER);
	CHECK_EQ(steps_answer.verdict.decision, VERDICT_ACCEPT);
	STEP("A");
	STEP("DM");
	steps_check_message(REASON_CLIENT_OTHER);
	CHECK_EQ(steps_answer.verdict.decision, VERDICT_REJECT);
	STEP("DM{auth_authen}\0alice\0");
	STEP("M<alice@contoso.com>\0");
	STEP("A");
	steps_check_message(REASON_CLIENT_OTHER);
	CHECK_EQ(steps_answer.verdict.decision, VERDICT_REJECT);
}

static void check_message_of_nobody(void)
{
	steps_check_message(REASON_CLIENT_OTHER);
	CHECK_EQ(steps_answer.verdict.decision, VERDICT_REJECT);
	check_queue_id("");
}

/* A packet replaces the one before it of the same event, and an earlier event voids it. */
TEST(macros_whose_mail_never_came)
{
	struct policy *policy = fixture_policy();

	policy->other_clients = POLICY_OTHER_PASS;
	steps_begin(policy);
	STEP("DM{auth_authen}\0alice\0i\0"
	     "4ABC\0");
	STEP("Chost\0"
	     "4\0\0"
	     "203.0.113.1\0");
	check_message_of_nobody();
	STEP("DM{auth_authen}\0alice\0i\0"
	     "4ABC\0");
	STEP("DM{mail_addr}\0x\0");
	check_message_of_nobody();
	STEP("DM{auth_authen}\0alice\0i\0"
	     "4ABC\0");
	STEP("Hhelo.example\0");
	check_message_of_nobody();
}

HARNESS_MAIN
