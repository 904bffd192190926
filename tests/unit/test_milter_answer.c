// SPDX-License-Identifier: Apache-2.0
#include "milter_answer.h"

#include "fixture.h"
#include "harness.h"

/* The reply of a refusal: what stands between the packet's command and its NUL. */
static const char *refusal(struct policy *policy, const struct verdict *verdict,
			   const char *queue_id)
{
	static char packet[MILTER_ANSWER_REFUSAL_BYTES];
	struct session_answer answer = {
		.policy = policy,
		.verdict = *verdict,
		.queue_id = span_of_string(queue_id),
	};
	const struct outbuf out = milter_answer_compose(&answer, NULL, packet);

	CHECK(outbuf_ok(&out));
	CHECK_EQ(out.p[4], 'y');
	CHECK_EQ(out.p[out.len - 1], '\0');
	return out.p + 5;
}

static const char *exota_refusal(const char *queue_id)
{
	static const struct verdict verdict = {
		.decision = VERDICT_REJECT,
		.reason = REASON_PROOF_MISSING,
	};
	struct policy *policy = fixture_policy();

	policy->exota.reject_message = SPAN("No!");
	return refusal(policy, &verdict, queue_id);
}

static void check_text(const char *text, const char *wanted)
{
	CHECK_BYTES(text, strlen(text), wanted, strlen(wanted));
}

TEST(exota_form)
{
	check_text(exota_refusal("4ABC12"),
		   "550 5.7.1 queue_id: 4ABC12 - No! - reason: Not proven to come from the tenant "
		   "(exogate: proof-missing)");
	check_text(exota_refusal(""),
		   "550 5.7.1 queue_id: noqueue - No! - reason: Not proven to come from the tenant "
		   "(exogate: proof-missing)");
}

/* No reply breaks, whatever a mail server sends. */
TEST(queue_ids_that_are_none)
{
	check_text(exota_refusal("4\r\n250 %s\x7f\x80"),
		   "550 5.7.1 queue_id: 4250s - No! - reason: Not proven to come from the tenant "
		   "(exogate: proof-missing)");
}

/* Only the kind of refusal that has a message is in that form. */
TEST(each_message_for_its_kind)
{
	const struct verdict deferred = { .decision = VERDICT_TEMPFAIL, .reason = REASON_LIMIT };
	struct policy *policy = fixture_policy();

	policy->exota.reject_message = SPAN("No!");
	check_text(refusal(policy, &deferred, "4A"),
		   "451 4.7.1 Message exceeds a limit (exogate: limit)");
	policy->exota.tempfail_message = SPAN("Later.");
	check_text(refusal(policy, &deferred, "4A"),
		   "450 4.7.1 queue_id: 4A - Later. - reason: Message exceeds a limit "
		   "(exogate: limit)");
}

TEST(the_longest_fit)
{
	static char message[POLICY_EXOTA_MESSAGE_MAX + 1], queue_id[SESSION_QUEUE_ID_MAX + 1];
	struct policy *policy = fixture_policy();

	memset(message, 'm', POLICY_EXOTA_MESSAGE_MAX);
	memset(queue_id, 'q', SESSION_QUEUE_ID_MAX);
	policy->exota.reject_message = policy->exota.tempfail_message = span_of_string(message);
	for (int reason = 0; reason < REASON_N; reason++) {
		const struct verdict verdict = { .decision = reason % 2 ? VERDICT_REJECT :
									  VERDICT_TEMPFAIL,
						 .reason = (enum reason)reason };
		const char *text = refusal(policy, &verdict, queue_id);

		harness_row("reason %d", reason);
		CHECK_EQ(text[strlen(text) - 1], ')');
		CHECK(strlen(text) + 2 <= 512); /* with CR LF: RFC 5321 4.5.3.1.5 */
	}
}

/* In the codes of its decision, and in ExOTA-Milter's form not at all. */
TEST(words_of_the_policy)
{
	const struct verdict reject = { .decision = VERDICT_REJECT,
					.reason = REASON_PROOF_MISSING };
	const struct verdict other = { .decision = VERDICT_REJECT, .reason = REASON_CLIENT_OTHER };
	const struct verdict busy = { .decision = VERDICT_TEMPFAIL, .reason = REASON_BUSY };
	struct policy *policy = fixture_policy();

	policy->replies[REASON_PROOF_MISSING] = SPAN("One\nTwo");
	policy->replies[REASON_BUSY] = SPAN("Later");
	check_text(refusal(policy, &reject, "4A"),
		   "550-5.7.1 One\r\n550 5.7.1 Two (exogate: proof-missing)");
	check_text(refusal(policy, &busy, "4A"), "451 4.7.1 Later (exogate: busy)");
	check_text(refusal(policy, &other, "4A"),
		   "550 5.7.1 Client address may not relay here (exogate: client-other)");
	policy->exota.reject_message = SPAN("No!");
	check_text(refusal(policy, &reject, "4A"),
		   "550 5.7.1 queue_id: 4A - No! - reason: Not proven to come from the tenant "
		   "(exogate: proof-missing)");
}

/* The longest text, in as many lines as can be, needs no arena. */
TEST(the_longest_words_fit)
{
	static char words[POLICY_REPLY_MAX + 1];
	struct policy *policy = fixture_policy();

	memset(words, 'w', POLICY_REPLY_MAX);
	for (size_t i = 1; i < POLICY_REPLY_LINES_MAX; i++)
		words[i * 10] = '\n';
	for (int reason = 0; reason < REASON_N; reason++) {
		const struct verdict verdict = { .decision = VERDICT_REJECT,
						 .reason = (enum reason)reason };

		harness_row("reason %d", reason);
		policy->replies[reason] = span_of_string(words);
		CHECK(strstr(refusal(policy, &verdict, "4A"), "wwww (exogate: "));
	}
}

HARNESS_MAIN
