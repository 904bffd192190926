// SPDX-License-Identifier: Apache-2.0
#include "counters.h"

#include <string.h>
#include <sys/mman.h>

struct counters *counters_new(size_t n)
{
	void *sets = mmap(NULL, n * sizeof(struct counters), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return sets == MAP_FAILED ? NULL : sets;
}

void counters_free(struct counters *sets, size_t n)
{
	if (sets)
		munmap(sets, n * sizeof(*sets));
}

void counters_sum(const struct counters *sets, size_t n, struct counters *out)
{
	counter *sum = (counter *)out;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < sizeof(*out) / sizeof(*sum); j++)
			sum[j] += atomic_load_explicit(&((const counter *)&sets[i])[j],
						       memory_order_relaxed);
}

static enum counters_outcome outcome_of(const struct verdict *verdict)
{
	switch (verdict->decision) {
	case VERDICT_ACCEPT:
		return verdict->would_reject ? COUNTERS_WOULD_REJECT : COUNTERS_ACCEPTED;
	case VERDICT_REJECT:
		return COUNTERS_REJECTED;
	case VERDICT_TEMPFAIL:
		break;
	}
	return COUNTERS_DEFERRED;
}

void counters_count_answer(struct counters *set, const struct session_answer *answer)
{
	const struct verdict *verdict = &answer->verdict;

	counters_count(&set->messages[verdict->reason][outcome_of(verdict)]);
}
