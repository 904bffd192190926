// SPDX-License-Identifier: Apache-2.0
#include "verdicts.h"

#include <stdio.h>

#include "output.h"
#include "verdict.h"

static const char *const answers[] = {
	[VERDICT_ACCEPT] = "accept",
	[VERDICT_REJECT] = "550",
	[VERDICT_TEMPFAIL] = "451",
};

int verdicts_run(const struct invocation *invocation)
{
	(void)invocation;
	for (size_t i = 0; i < verdict_n_rules(); i++) {
		const struct verdict_rule rule = verdict_rule(i);

		printf("%s\n\t%s\n\t%s\n", reason_word(rule.reason).p, answers[rule.decision],
		       rule.when);
	}
	return output_flush();
}
