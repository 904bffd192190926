// SPDX-License-Identifier: Apache-2.0
/* Of two rows that apply the earlier decides; and what POLICY_MONITOR makes of each. */
#include "verdict_rows.h"

/* Of two rows that apply, the earlier one decides. */
TEST(the_earlier_row_wins)
{
	for (size_t earlier = 0; earlier < VERDICT_ROWS_N; earlier++)
		for (size_t later = earlier + 1; later < VERDICT_ROWS_N; later++) {
			verdict_begin();
			harness_row("rows %zu and %zu", earlier, later);
			verdict_rows[later].make();
			verdict_rows[earlier].make();
			verdict_check(verdict_rows[earlier].decision, verdict_rows[earlier].reason);
		}
}

static void check_softened(const struct verdict_row *row)
{
	const struct verdict verdict = verdict_decide(verdict_policy, &verdict_facts);
	bool rejected = row->decision == VERDICT_REJECT;

	CHECK_EQ(verdict.reason, row->reason);
	CHECK_EQ(verdict.decision, rejected ? VERDICT_ACCEPT : row->decision);
	CHECK_EQ(verdict.would_reject, rejected);
}

/* A 550 becomes acceptance; a 451 stays; an acceptance is no would-reject. */
TEST(monitor)
{
	for (size_t i = 0; i < VERDICT_ROWS_N; i++) {
		verdict_begin();
		harness_row("row %zu", i);
		verdict_policy->mode = POLICY_MONITOR;
		fixture_contoso()->mode = POLICY_MONITOR;
		verdict_rows[i].make();
		check_softened(&verdict_rows[i]);
	}
}

/* It is the mode of From's tenant that counts, and only without one the global mode. */
TEST(monitor_is_the_tenants)
{
	for (size_t i = 0; i < VERDICT_ROWS_N; i++) {
		verdict_begin();
		harness_row("row %zu, tenant only", i);
		fixture_contoso()->mode = POLICY_MONITOR;
		verdict_rows[i].make();
		if (verdict_rows[i].tenant)
			check_softened(&verdict_rows[i]);
		else
			verdict_check(verdict_rows[i].decision, verdict_rows[i].reason);

		verdict_begin();
		harness_row("row %zu, global only", i);
		verdict_policy->mode = POLICY_MONITOR;
		verdict_rows[i].make();
		if (verdict_rows[i].tenant)
			verdict_check(verdict_rows[i].decision, verdict_rows[i].reason);
		else
			check_softened(&verdict_rows[i]);
	}
}

HARNESS_MAIN
