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

static bool traced(enum reason reason)
{
	uint64_t holding = verdict_trace(verdict_policy, &verdict_facts);

	for (size_t i = 0; i < verdict_n_rules(); i++)
		if (verdict_rule(i).reason == reason && (holding >> i & 1))
			return true;
	return false;
}

/* A row's predicate can be asked whatever an earlier row would decide. */
TEST(every_predicate_is_total)
{
	for (size_t i = 0; i < VERDICT_ROWS_N; i++)
		for (size_t other = 0; other < VERDICT_ROWS_N; other++) {
			verdict_begin();
			harness_row("rows %zu and %zu", i, other);
			CHECK(!traced(verdict_rows[i].reason));
			verdict_rows[other].make();
			verdict_rows[i].make();
			CHECK(other < i || traced(verdict_rows[i].reason));
			CHECK(traced(REASON_AUTHORISED));
		}
}

/* Fail-closed: were the rows that ask for one to go, what follows would refuse. */
TEST(without_a_tenant_nothing_is_proven)
{
	verdict_begin();
	verdict_make_tenant_unknown();
	CHECK(traced(REASON_PROOF_MISSING));
	CHECK(!traced(REASON_TEMPERROR));
	CHECK(!traced(REASON_TENANT_CONFLICT));
	verdict_make_relayed_through();
	verdict_facts.stamps.connecting_ip = fixture_address('4', "81.144.215.152");
	CHECK(traced(REASON_RELAYED_THROUGH));
}

/* Ends the table, and so the search. */
TEST(the_last_row_always_holds)
{
	verdict_begin();
	CHECK_EQ(verdict_rule(verdict_n_rules() - 1).reason, REASON_AUTHORISED);
	CHECK_EQ(verdict_trace(verdict_policy, &verdict_facts),
		 (uint64_t)1 << (verdict_n_rules() - 1));
}

/* Exclusive rows too, whose order no verdict tells. */
TEST(rows_are_in_the_order_of_the_table)
{
	size_t row = 0;

	for (size_t i = 0; i < verdict_n_rules() && row < VERDICT_ROWS_N; i++)
		if (verdict_rule(i).reason == verdict_rows[row].reason &&
		    verdict_rule(i).decision == verdict_rows[row].decision)
			row++;
	CHECK_EQ(row, VERDICT_ROWS_N);
}

/* They stand in the manual and in explanations. */
TEST(every_row_has_words)
{
	for (size_t i = 0; i < verdict_n_rules(); i++)
		CHECK(strlen(verdict_rule(i).when) > 10);
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

/*
 * A 550 to mail of the tenant's domains is held if it is from Exchange Online; everything else
 * stays; watching goes first.
 */
TEST(hold)
{
	for (size_t i = 0; i < VERDICT_ROWS_N; i++) {
		const struct verdict_row *row = &verdict_rows[i];
		bool held = row->tenant && row->decision == VERDICT_REJECT &&
			    row->reason != REASON_CLIENT_OTHER;

		verdict_begin();
		harness_row("row %zu", i);
		fixture_contoso()->refusal = POLICY_REFUSAL_HOLD;
		row->make();
		verdict_check(held ? VERDICT_HOLD : row->decision, row->reason);
		verdict_policy->mode = fixture_contoso()->mode = POLICY_MONITOR;
		check_softened(row);
	}
	verdict_begin();
	fixture_contoso()->refusal = POLICY_REFUSAL_HOLD;
	verdict_check_authorised();
}

HARNESS_MAIN
