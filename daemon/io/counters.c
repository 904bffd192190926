// SPDX-License-Identifier: Apache-2.0
#include "counters.h"

void counters_add(const struct counters *set, struct counters *sum)
{
	const counter *values = (const counter *)set;
	counter *sums = (counter *)sum;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(*sums); i++)
		sums[i] += atomic_load_explicit(&values[i], memory_order_relaxed);
}

const char *counters_outcome_word(enum counters_outcome outcome)
{
	static const char *const words[] = {
		[COUNTERS_ACCEPTED] = "accept",		  [COUNTERS_REJECTED] = "reject",
		[COUNTERS_DEFERRED] = "tempfail",	  [COUNTERS_HELD] = "hold",
		[COUNTERS_WOULD_REJECT] = "would_reject",
	};

	return words[outcome];
}

enum counters_outcome counters_outcome_of(const struct verdict *verdict)
{
	switch (verdict->decision) {
	case VERDICT_ACCEPT:
		return verdict->would_reject ? COUNTERS_WOULD_REJECT : COUNTERS_ACCEPTED;
	case VERDICT_REJECT:
		return COUNTERS_REJECTED;
	case VERDICT_HOLD:
		return COUNTERS_HELD;
	case VERDICT_TEMPFAIL:
		break;
	}
	return COUNTERS_DEFERRED;
}

void counters_count_answer(struct counters *set, const struct session_answer *answer)
{
	const struct verdict *verdict = &answer->verdict;

	counters_count(&set->messages[verdict->reason][counters_outcome_of(verdict)]);
	if (policy_mode_of(answer->policy, verdict->tenant) == POLICY_MONITOR)
		counters_count(&set->monitored);
}
