// SPDX-License-Identifier: Apache-2.0
#include "session_judge.h"

#include "milter_reply.h"

static struct span value_of(const struct session *s, enum header_kind kind)
{
	const struct header_field *field = header_index_first(&s->headers, kind);

	return field ? span_trim(field->value) : span_of(NULL, 0);
}

static bool edits_allowed(const struct session *s, const struct rewrite_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		if (!(milter_reply_action(plan->edits[i].op) & s->actions))
			return false;
	return true;
}

/* What cannot be edited as it must be is deferred; what cannot be held, refused as without that. */
static void give_up_plan(struct session_answer *answer)
{
	if (answer->verdict.decision != VERDICT_HOLD) {
		session_defer(answer, REASON_EDITS_REFUSED);
		return;
	}
	answer->verdict.decision = VERDICT_REJECT;
	answer->plan = (struct rewrite_plan){ NULL, 0 };
}

/* Plans the edits of what is taken. */
static void plan(struct session *s, struct session_answer *answer)
{
	const struct rewrite_input input = {
		.policy = s->policy,
		.facts = answer->facts,
		.verdict = &answer->verdict,
		.headers = &s->headers,
		.leading_space = s->leading_space,
	};

	if (!rewrite_plan(&input, s->arena, &answer->plan)) {
		answer->limit = SPAN("edits");
		session_defer(answer, REASON_LIMIT);
	} else if (!edits_allowed(s, &answer->plan)) {
		give_up_plan(answer);
	}
}

/* Last, so that what is put off for another reason uses nothing up. */
static void limit(struct session *s, struct session_answer *answer)
{
	const struct verdict *verdict = &answer->verdict;
	bool is_sent = verdict->reason == REASON_AUTHORISED || verdict->reason == REASON_FORWARDED;

	if (s->limiter && verdict->decision == VERDICT_ACCEPT && is_sent &&
	    !s->limiter->admit(s->limiter->state, verdict->tenant, s->envelope.n_rcpts))
		session_defer(answer, REASON_RATE_LIMIT);
}

static void judge_whole(struct session *s, struct session_answer *answer)
{
	struct facts *facts = arena_record(s->arena, sizeof(*facts));

	if (!facts) {
		answer->limit = SPAN("header");
		session_defer(answer, REASON_LIMIT);
		return;
	}
	s->envelope.certificate = span_of(s->certificate, s->certificate_len);
	if (!facts_collect(&s->envelope, &s->headers, s->policy, facts)) {
		session_defer(answer, REASON_INTERNAL);
		return;
	}
	if (s->dkim.check) {
		dkim_check_end(s->dkim.check);
		facts_add_dkim(facts, s->dkim.check, s->policy);
	}
	answer->facts = facts;
	answer->message_id = value_of(s, HEADER_MESSAGE_ID);
	answer->network_message_id = value_of(s, HEADER_NETWORK_MESSAGE_ID);
	answer->verdict = verdict_decide(s->policy, facts);
	if (verdict_takes(answer->verdict.decision))
		plan(s, answer);
	limit(s, answer);
}

static enum reason reason_to_defer(const struct session *s)
{
	if (s->turned_away)
		return REASON_BUSY;
	return s->failed ? REASON_INTERNAL : REASON_LIMIT;
}

void session_judge(struct session *s, struct session_answer *answer)
{
	*answer = (struct session_answer){
		.policy = s->policy,
		.limit = s->limit,
		.queue_id = span_of(s->queue_id, s->queue_id_len),
		.client = s->client,
	};
	if (s->over_limit)
		session_defer(answer, reason_to_defer(s));
	else
		judge_whole(s, answer);
}
