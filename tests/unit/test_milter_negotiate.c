// SPDX-License-Identifier: Apache-2.0
#include "milter_negotiate.h"

#include "fixture.h"
#include "harness.h"

#define ALL 0xffffffffu

static struct milter_agreement agree(uint32_t version, uint32_t actions, uint32_t steps)
{
	const struct milter_offer offer = { version, actions, steps };
	struct milter_agreement agreed = { 0 };

	CHECK_EQ(milter_negotiate(&offer, fixture_policy(), &agreed), PARSE_OK);
	return agreed;
}

/* Answers 6 to more than 6, the offered version to 2..5, nothing below 2. */
TEST(versions)
{
	static const struct {
		uint32_t offered, answered;
	} rows[] = {
		{ 2, 2 }, { 3, 3 }, { 4, 4 },	       { 5, 5 },
		{ 6, 6 }, { 7, 6 }, { 0x7fffffff, 6 }, { ALL, 6 },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		harness_row("version %u", rows[i].offered);
		CHECK_EQ(agree(rows[i].offered, ALL, ALL).version, rows[i].answered);
	}
}

TEST(versions_too_old)
{
	for (uint32_t version = 0; version < 2; version++) {
		const struct milter_offer offer = { version, ALL, ALL };
		struct milter_agreement agreed = { 77, 77, 77 };

		CHECK_EQ(milter_negotiate(&offer, fixture_policy(), &agreed), PARSE_BAD);
		CHECK(agreed.version == 77 && agreed.actions == 77 && agreed.steps == 77);
	}
}

/* An action that was not offered makes Postfix fail the filter. */
TEST(nothing_is_asked_for_that_was_not_offered)
{
	for (uint32_t version = 2; version <= 7; version++)
		for (unsigned int bit = 0; bit < 32; bit++) {
			uint32_t offered = ALL & ~(1u << bit);

			harness_row("version %u without bit %u", version, bit);
			CHECK_EQ(agree(version, offered, ALL).actions & ~offered, 0);
			CHECK_EQ(agree(version, ALL, offered).steps & ~offered, 0);
		}
	CHECK_EQ(agree(6, 0, 0).actions, 0);
	CHECK_EQ(agree(6, 0, 0).steps, 0);
}

/* Bits that a version does not know are not echoed, whatever the MTA offers. */
TEST(bits_of_later_versions_are_not_taken)
{
	static const struct {
		uint32_t version, actions, steps;
	} rows[] = {
		{ 2, 0x3f, 0x7f },
		{ 3, 0x3f, 0x1ff },
		{ 4, 0x3f, 0x3ff },
		{ 6, 0x1ff, 0x1fffff }, /* nor unknown ones or MDS_256K, MDS_1M */
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		harness_row("version %u", rows[i].version);
		CHECK_EQ(agree(rows[i].version, ALL, ALL).actions & ~rows[i].actions, 0);
		CHECK_EQ(agree(rows[i].version, ALL, ALL).steps & ~rows[i].steps, 0);
	}
}

/* What rewriting needs, what the policy needs to hear, and raw header values. */
TEST(what_postfix_offers)
{
	const struct milter_agreement agreed = agree(6, 0x1ff, 0x1fffff);

	CHECK_EQ(agreed.actions,
		 MILTER_ACT_ADD_HEADERS | MILTER_ACT_CHANGE_HEADERS | MILTER_ACT_CHANGE_FROM);
	CHECK_EQ(agreed.steps & 0x2f, 0); /* connect, helo, mail, rcpt, headers are heard */
	CHECK(agreed.steps & MILTER_HEADER_LEADING_SPACE);
}

/* A policy that needs less asks for less. */
TEST(only_what_the_policy_needs)
{
	const struct milter_offer offer = { 6, 0x1ff, 0x1fffff };
	struct policy *policy = fixture_policy();
	struct milter_agreement agreed;

	CHECK(agree(6, 0x1ff, 0x1fffff).steps & MILTER_NO_BODY);
	policy->reads_body = true;
	policy->moves_senders = false;
	CHECK_EQ(milter_negotiate(&offer, policy, &agreed), PARSE_OK);
	CHECK(!(agreed.steps & MILTER_NO_BODY));
	CHECK_EQ(agreed.actions, MILTER_ACT_ADD_HEADERS | MILTER_ACT_CHANGE_HEADERS);
	policy->holds = true;
	CHECK_EQ(milter_negotiate(&offer, policy, &agreed), PARSE_OK);
	CHECK_EQ(agreed.actions,
		 MILTER_ACT_ADD_HEADERS | MILTER_ACT_CHANGE_HEADERS | MILTER_ACT_QUARANTINE);
}

/* A stray reply is fatal and silent, so every event but the last must be NR. */
TEST(with_all_offered_only_two_events_are_answered)
{
	const struct milter_agreement agreed = agree(6, 0x1ff, 0x1fffff);
	static const char commands[] = "ABCDHKLMNQRTU";

	for (const char *c = commands; *c; c++) {
		harness_row("%c", *c);
		CHECK(!milter_reply_due(&agreed, (enum milter_command) * c));
	}
	CHECK(milter_reply_due(&agreed, MILTER_NEGOTIATE));
	CHECK(milter_reply_due(&agreed, MILTER_END_OF_MESSAGE));
}

/* For an MTA that offers no NR: all is answered but macros, abort and quit. */
TEST(with_nothing_offered_events_are_answered)
{
	const struct milter_agreement agreed = agree(2, 0x3f, 0);

	for (const char *c = "BCEHLMNORTU"; *c; c++) {
		harness_row("%c", *c);
		CHECK(milter_reply_due(&agreed, (enum milter_command) * c));
	}
	for (const char *c = "ADQK"; *c; c++) {
		harness_row("%c", *c);
		CHECK(!milter_reply_due(&agreed, (enum milter_command) * c));
	}
}

/* Each NR bit silences its own event and no other. */
TEST(each_bit_is_for_its_event)
{
	static const struct {
		enum milter_step step;
		char command;
	} rows[] = {
		{ MILTER_NR_CONNECT, 'C' }, { MILTER_NR_HELO, 'H' },
		{ MILTER_NR_MAIL, 'M' },    { MILTER_NR_RCPT, 'R' },
		{ MILTER_NR_DATA, 'T' },    { MILTER_NR_UNKNOWN, 'U' },
		{ MILTER_NR_HEADER, 'L' },  { MILTER_NR_END_OF_HEADERS, 'N' },
		{ MILTER_NR_BODY, 'B' },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct milter_agreement agreed = agree(6, 0x1ff, rows[i].step);

		harness_row("%c", rows[i].command);
		for (size_t j = 0; j < N_ELEMENTS(rows); j++)
			CHECK_EQ(milter_reply_due(&agreed, (enum milter_command)rows[j].command),
				 i != j);
	}
}

HARNESS_MAIN
