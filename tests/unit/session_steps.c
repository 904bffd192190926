// SPDX-License-Identifier: Apache-2.0
#include "session_steps.h"

#include "harness.h"

#define ARENA_SIZE (64u * 1024)

struct session steps_session;
struct session_answer steps_answer;
struct arena steps_arena;

void steps_begin(const struct policy *policy)
{
	steps_arena = fixture_arena(ARENA_SIZE);
	session_init(&steps_session, policy);
	steps_session.actions = STEPS_ALL_ACTIONS;
	steps_session.leading_space = true;
}

enum session_result steps_step(const char *packet, size_t len)
{
	struct milter_event ev;

	if (steps_session.state == SESSION_JUDGED)
		session_end_message(&steps_session);
	if (packet[0] == 'M' &&
	    !session_in_message(&steps_session)) { /* the earliest that is allowed */
		arena_reset(&steps_arena);
		session_begin_message(&steps_session, &steps_arena);
	}
	CHECK_EQ(milter_event_parse(span_of(guarded(packet, len), len), &ev), PARSE_OK);
	return session_step(&steps_session, &ev, &steps_answer);
}

enum session_result steps_header(const char *name, const char *value)
{
	char packet[1024] = "L";
	size_t name_size = strlen(name) + 1, value_size = strlen(value) + 1;

	memcpy(packet + 1, name, name_size);
	memcpy(packet + 1 + name_size, value, value_size);
	return steps_step(packet, 1 + name_size + value_size);
}

void steps_connect_verified(void)
{
	CHECK_EQ(STEP("DCv\0Postfix 3.7.11\0"), SESSION_NEXT);
	CHECK_EQ(STEP("Chost\0"
		      "4\0\0" EXO_V4 "\0"),
		 SESSION_NEXT);
	CHECK_EQ(STEP("DH{tls_version}\0TLSv1.3\0{cert_subject}\0" CERTIFICATE_NAME "\0"),
		 SESSION_NEXT);
	CHECK_EQ(STEP("Hhelo.example\0"), SESSION_NEXT);
}

void steps_envelope(void)
{
	CHECK_EQ(STEP("M<alice@contoso.com>\0"), SESSION_NEXT);
	CHECK_EQ(STEP("R<bob@elsewhere.example>\0"), SESSION_NEXT);
}

void steps_evidence(void)
{
	steps_header("From", " alice@contoso.com");
	steps_header("X-MS-Exchange-CrossTenant-Id", " " CONTOSO_ID);
}

void steps_check_reason(enum session_result result, enum reason reason)
{
	struct span got = reason_word(steps_answer.verdict.reason), wanted = reason_word(reason);

	CHECK_EQ(result, SESSION_ANSWER);
	CHECK_BYTES(got.p, got.len, wanted.p, wanted.len);
}

void steps_check_message(enum reason reason)
{
	steps_envelope();
	steps_evidence();
	steps_check_reason(STEP("E"), reason);
}
