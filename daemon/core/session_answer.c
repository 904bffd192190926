// SPDX-License-Identifier: Apache-2.0
#include "session_answer.h"

void session_defer(struct session_answer *answer, enum reason reason)
{
	answer->verdict.rule = VERDICT_NO_RULE;
	answer->verdict.decision = VERDICT_TEMPFAIL;
	answer->verdict.reason = reason;
	answer->verdict.would_reject = false;
	answer->plan = (struct rewrite_plan){ NULL, 0 };
}
