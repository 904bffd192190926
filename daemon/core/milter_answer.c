// SPDX-License-Identifier: Apache-2.0
#include "milter_answer.h"

#include <assert.h>

#include "milter_reply.h"

/* A queue id is the mail server's, which is trusted to send one: no reply breaks if it does not. */
static void put_queue_id(struct outbuf *text, struct span id)
{
	for (size_t i = 0; i < id.len; i++)
		if (id.p[i] > ' ' && id.p[i] < 0x7f && id.p[i] != '%')
			outbuf_put_byte(text, id.p[i]);
	if (!id.len)
		outbuf_put(text, SPAN("noqueue"));
}

static void put_exota_message(struct outbuf *text, const struct session_answer *answer,
			      struct span message)
{
	outbuf_put(text, SPAN("queue_id: "));
	put_queue_id(text, answer->queue_id);
	outbuf_put(text, SPAN(" - "));
	outbuf_put(text, message);
	outbuf_put(text, SPAN(" - reason: "));
}

static void put_plain_code(struct outbuf *text, enum verdict_decision decision)
{
	outbuf_put(text, decision == VERDICT_REJECT ? SPAN("550 5.7.1 ") : SPAN("451 4.7.1 "));
}

static void put_reason(struct outbuf *text, struct span words, enum reason reason)
{
	outbuf_put(text, words);
	outbuf_put(text, SPAN(" (exogate: "));
	outbuf_put(text, reason_word(reason));
	outbuf_put(text, SPAN(")"));
}

static void put_refusal(struct outbuf *text, const struct session_answer *answer)
{
	const struct policy *policy = answer->policy;
	enum reason reason = answer->verdict.reason;
	bool reject = answer->verdict.decision == VERDICT_REJECT;
	struct span message = reject ? policy->exota.reject_message :
				       policy->exota.tempfail_message;
	struct span own = reason_text(reason);

	if (message.len) {
		outbuf_put(text, reject ? SPAN("550 5.7.1 ") : SPAN("450 4.7.1 "));
		put_exota_message(text, answer, message);
		put_reason(text, own, reason);
		return;
	}
	put_plain_code(text, answer->verdict.decision);
	put_reason(text, policy->replies[reason].len ? policy->replies[reason] : own, reason);
}

/* Failed if it does not fit, there or here. */
static struct outbuf compose_refusal(struct outbuf out, const struct session_answer *answer)
{
	char buffer[MILTER_ANSWER_TEXT_MAX];
	struct outbuf text = outbuf_over(buffer, sizeof(buffer));

	put_refusal(&text, answer);
	out.failed = !outbuf_ok(&text);
	milter_reply_code(&out, outbuf_span(&text));
	return out;
}

/* With the words of exogate's own, which always fit. */
static struct outbuf compose_plain_refusal(struct outbuf out, const struct session_answer *answer)
{
	char buffer[MILTER_ANSWER_REFUSAL_BYTES / 2];
	struct outbuf text = outbuf_over(buffer, sizeof(buffer));

	put_plain_code(&text, answer->verdict.decision);
	put_reason(&text, reason_text(answer->verdict.reason), answer->verdict.reason);
	milter_reply_code(&out, outbuf_span(&text));
	assert(outbuf_ok(&out));
	return out;
}

static struct outbuf compose_acceptance(const struct rewrite_plan *plan, struct arena *arena)
{
	struct outbuf out = arena_outbuf(arena);

	for (size_t i = 0; i < plan->n; i++)
		milter_reply_edit(&out, &plan->edits[i]);
	milter_reply_plain(&out, MILTER_ACCEPT);
	return out;
}

struct outbuf milter_answer_compose(struct session_answer *answer, struct arena *arena,
				    char refusal[static MILTER_ANSWER_REFUSAL_BYTES])
{
	const struct outbuf small = outbuf_over(refusal, MILTER_ANSWER_REFUSAL_BYTES);
	struct outbuf out;

	if (verdict_takes(answer->verdict.decision)) {
		out = compose_acceptance(&answer->plan, arena);
		if (outbuf_ok(&out))
			return out;
		answer->limit = SPAN("edits");
		session_defer(answer, REASON_LIMIT);
	}
	out = compose_refusal(small, answer);
	if (!outbuf_ok(&out) && arena)
		out = compose_refusal(arena_outbuf(arena), answer);
	if (!outbuf_ok(&out))
		out = compose_plain_refusal(small, answer);
	return out;
}
