// SPDX-License-Identifier: Apache-2.0
#include "verdicts.h"

#include <stdio.h>

#include "advice.h"
#include "output.h"
#include "words.h"

int verdicts_run(const struct invocation *invocation)
{
	(void)invocation;
	for (size_t i = 0; i < verdict_n_rules(); i++) {
		const struct verdict_rule rule = verdict_rule(i);

		printf("%s\n\t%s\n\t%s\n", reason_word(rule.reason).p, words_answer(rule.decision),
		       rule.when);
		if (rule.decision != VERDICT_ACCEPT && advice_for(rule.reason))
			printf("\t\tIf it is legitimate: %s\n", advice_for(rule.reason));
	}
	return output_flush();
}
