// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>

#include "escape.h"
#include "harness.h"
#include "observed.h"

static struct observed observed, other;
static struct observed_row rows[2 * OBSERVED_ROWS];
static struct policy policy;
static const struct policy_tenant contoso = {
	.name = { "contoso", 7 },
	.secret = { .header = { "X-Secret", 8 } },
	.mode = POLICY_MONITOR,
};

static struct facts facts_of(const char *id, const char *org, const char *from)
{
	struct facts facts = {
		.client_class = FACTS_CLIENT_EXO,
		.from_state = FACTS_FROM_ONE,
	};

	facts.stamps.id = (struct tenant_stamp){ .n = *id != 0, .value = span_of_string(id) };
	facts.stamps.originator_org =
		(struct tenant_stamp){ .n = *org != 0, .value = span_of_string(org) };
	CHECK_EQ(domain_parse(span_of_string(from), &facts.from.domain), PARSE_OK);
	return facts;
}

static struct session_answer answer_of(const struct facts *facts, enum reason reason)
{
	return (struct session_answer){
		.policy = &policy,
		.facts = facts,
		.verdict = { .decision = VERDICT_REJECT, .reason = reason },
	};
}

static void note(struct observed *at, const struct facts *facts, enum reason reason, uint64_t now)
{
	const struct session_answer answer = answer_of(facts, reason);

	observed_note(at, &answer, now);
}

static size_t read_merged(void)
{
	size_t n = observed_read(&observed, rows);

	n += observed_read(&other, rows + n);
	return observed_merge(rows, n);
}

TEST(counts_what_came_together)
{
	const struct facts facts = facts_of("id-1", "contoso.com", "contoso.com");
	struct session_answer answer = answer_of(&facts, REASON_PROOF_MISSING);

	answer.verdict.tenant = &contoso;
	answer.verdict.proofs.stamp = PROOF_AGREES;
	answer.verdict.proofs.secret = PROOF_CONFLICTS;
	observed_note(&observed, &answer, 5);
	answer.verdict.decision = VERDICT_ACCEPT;
	answer.verdict.would_reject = true;
	observed_note(&observed, &answer, 7);
	CHECK_EQ(read_merged(), 1);
	CHECK_EQ(rows[0].seen_ns, 7);
	CHECK_EQ(observed_messages(&rows[0]), 2);
	CHECK_EQ(rows[0].answers[REASON_PROOF_MISSING][COUNTERS_REJECTED], 1);
	CHECK_EQ(rows[0].answers[REASON_PROOF_MISSING][COUNTERS_WOULD_REJECT], 1);
	CHECK_EQ(rows[0].stamps[OBSERVED_ID], 2);
	CHECK_EQ(rows[0].stamps[OBSERVED_ATTRIBUTED], 0);
	CHECK_EQ(rows[0].proofs[OBSERVED_STAMP][PROOF_AGREES], 2);
	CHECK_EQ(rows[0].proofs[OBSERVED_SIGNATURE][PROOF_ABSENT], 2);
	CHECK_EQ(rows[0].proofs[OBSERVED_SECRET][PROOF_CONFLICTS], 2);
	CHECK_BYTES(rows[0].tenant, strlen(rows[0].tenant), "contoso", 7);
	CHECK_EQ(rows[0].mode, POLICY_MONITOR);
}

TEST(each_value_tells_rows_apart)
{
	const struct facts facts[] = {
		facts_of("id", "contoso.com", "contoso.com"),
		facts_of("id2", "contoso.com", "contoso.com"),
		facts_of("", "idcontoso.com", "contoso.com"),
		facts_of("id", "contoso.co", "mcontoso.com"),
		facts_of("id", "", "contoso.com"),
	};
	const struct facts same = facts_of("ID", "Contoso.com", "contoso.com");

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		note(&observed, &facts[i], REASON_AUTHORISED, i);
	note(&observed, &same, REASON_AUTHORISED, 9);
	CHECK_EQ(read_merged(), sizeof(facts) / sizeof(facts[0]));
	CHECK_EQ(observed_messages(&rows[0]), 2);
}

TEST(rows_of_several_threads_are_merged)
{
	const struct facts contoso_facts = facts_of("id", "contoso.com", "contoso.com");
	const struct facts more = facts_of("id", "fabrikam.com", "fabrikam.com");

	note(&observed, &contoso_facts, REASON_AUTHORISED, 2);
	note(&other, &contoso_facts, REASON_PROOF_MISSING, 3);
	for (uint64_t i = 0; i < 3; i++)
		note(&other, &more, REASON_AUTHORISED, i);
	CHECK_EQ(read_merged(), 2);
	CHECK_BYTES(rows[0].from_domain, strlen(rows[0].from_domain), "fabrikam.com", 12);
	CHECK_EQ(rows[1].seen_ns, 3);
	CHECK_EQ(observed_messages(&rows[1]), 2);
}

TEST(strangers_have_no_row)
{
	struct facts facts = facts_of("id", "contoso.com", "contoso.com");
	struct session_answer unfollowed = answer_of(NULL, REASON_LIMIT);

	observed_note(&observed, &unfollowed, 1);
	facts.client_class = FACTS_CLIENT_OTHER;
	note(&observed, &facts, REASON_CLIENT_OTHER, 1);
	CHECK_EQ(read_merged(), 0);
	note(&observed, &facts, REASON_CLIENT_UNLISTED, 1);
	CHECK_EQ(read_merged(), 1);
}

TEST(who_sends_much_is_kept_whatever_others_send)
{
	const struct facts busy = facts_of("busy", "contoso.com", "contoso.com");
	char id[32];
	size_t n, kept = 0;

	for (int i = 0; i < 20 * OBSERVED_ROWS; i++) {
		snprintf(id, sizeof(id), "once-%d", i);
		const struct facts once = facts_of(id, "spam.example", "spam.example");

		note(&observed, &once, REASON_TENANT_UNKNOWN, (uint64_t)i);
		if (i % 100 == 0)
			note(&observed, &busy, REASON_AUTHORISED, (uint64_t)i);
	}
	n = read_merged();
	CHECK(n <= OBSERVED_ROWS);
	CHECK(observed.forgotten >= 19 * OBSERVED_ROWS);
	for (size_t i = 0; i < n; i++)
		kept += observed_messages(&rows[i]) == 20 * OBSERVED_ROWS / 100 + 1 &&
			!strcmp(rows[i].id, "busy");
	CHECK_EQ(kept, 1);
}

TEST(hostile_values_are_escaped_and_cut)
{
	char value[1000];
	struct facts facts = facts_of("a\"\x1b[2J\xff\\", "contoso.com", "contoso.com");

	memset(value, '\n', sizeof(value));
	facts.stamps.originator_org.value = span_of(value, sizeof(value));
	note(&observed, &facts, REASON_TENANT_UNKNOWN, 1);
	CHECK_EQ(read_merged(), 1);
	CHECK_BYTES(rows[0].id, strlen(rows[0].id), "a\"\\x1b[2J\\xff\\x5c", 17);
	CHECK_EQ(strlen(rows[0].originator_org), (OBSERVED_VALUE_SIZE - 4) / 4 * 4 + 3);
	CHECK(!strcmp(rows[0].originator_org + strlen(rows[0].originator_org) - 7, "\\x0a..."));
}

TEST(a_copy_is_cut_only_where_it_does_not_fit)
{
	static const struct {
		const char *value, *wanted;
	} cases[] = {
		{ "", "" },
		{ "1234567", "1234567" },
		{ "12345678", "1234..." },
		{ "123\n", "123\\x0a" },
		{ "1234\n", "1234..." },
		{ "\n\n", "\\x0a..." },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[8];

		harness_row("%zu", i);
		escape_copy(span_of_string(cases[i].value), out, sizeof(out));
		CHECK_BYTES(out, strlen(out), cases[i].wanted, strlen(cases[i].wanted));
	}
}

HARNESS_MAIN
