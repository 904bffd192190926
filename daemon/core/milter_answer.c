// SPDX-License-Identifier: Apache-2.0
#include "milter_answer.h"

#include <assert.h>

#include "milter_reply.h"

static void put_refusal(struct outbuf *out, const struct verdict *verdict)
{
	char buffer[MILTER_ANSWER_REFUSAL_BYTES / 2];
	struct outbuf text = outbuf_over(buffer, sizeof(buffer));

	outbuf_put(&text,
		   verdict->decision == VERDICT_REJECT ? SPAN("550 5.7.1 ") : SPAN("451 4.7.1 "));
	outbuf_put(&text, reason_text(verdict->reason));
	outbuf_put(&text, SPAN(" (exogate: "));
	outbuf_put(&text, reason_word(verdict->reason));
	outbuf_put(&text, SPAN(")"));
	assert(outbuf_ok(&text));
	milter_reply_code(out, outbuf_span(&text));
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
	struct outbuf out;

	if (answer->verdict.decision == VERDICT_ACCEPT) {
		out = compose_acceptance(&answer->plan, arena);
		if (outbuf_ok(&out))
			return out;
		session_defer(answer, REASON_LIMIT);
	}
	out = outbuf_over(refusal, MILTER_ANSWER_REFUSAL_BYTES);
	put_refusal(&out, &answer->verdict);
	assert(outbuf_ok(&out));
	return out;
}
