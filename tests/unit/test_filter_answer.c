// SPDX-License-Identifier: Apache-2.0
/* What libmilter is called with for an answer, and that it then sends what the dialog would. */
#include "filter_answer.h"

#include <stdarg.h>
#include <stdio.h>

#include "fixture.h"
#include "harness.h"
#include "milter_answer.h"
#include "milter_reply.h"

static char sent[64 * 1024]; /* by libmilter, as a REPLYCODE packet has it */
static size_t n_lines;

/* In place of the library's: with its limits, and its way to put a reply together (smfi.c). */
int smfi_setmlreply(SMFICTX *ctx, const char *code, const char *enhanced, ...)
{
	const char *lines[64] = { NULL };
	size_t len = 0;
	va_list list;

	(void)ctx;
	n_lines = 0;
	va_start(list, enhanced);
	while (n_lines < N_ELEMENTS(lines) && (lines[n_lines] = va_arg(list, const char *)))
		if (strlen(lines[n_lines]) > 980 || strpbrk(lines[n_lines++], "\r\n"))
			break;
	va_end(list);
	if (n_lines > 32 || lines[n_lines])
		return MI_FAILURE;
	for (size_t i = 0; i < n_lines; i++)
		len += (size_t)snprintf(sent + len, sizeof(sent) - len, "%s%s%c%s %s",
					i ? "\r\n" : "", code, i + 1 < n_lines ? '-' : ' ',
					enhanced, lines[i]);
	return MI_SUCCESS;
}

int smfi_chgheader(SMFICTX *ctx, char *name, int index, char *value)
{
	(void)ctx, (void)name, (void)index, (void)value;
	return MI_FAILURE;
}

int smfi_insheader(SMFICTX *ctx, int index, char *name, char *value)
{
	(void)ctx, (void)index, (void)name, (void)value;
	return MI_FAILURE;
}

int smfi_chgfrom(SMFICTX *ctx, char *address, char *arguments)
{
	(void)ctx, (void)address, (void)arguments;
	return MI_FAILURE;
}

/* Of a refusal with this message, by both ways. */
static void check_both(enum verdict_decision decision, struct span message, struct arena *arena,
		       size_t lines)
{
	struct policy *policy = fixture_policy();
	char refusal[MILTER_ANSWER_REFUSAL_BYTES];
	struct session_answer answer = {
		.policy = policy,
		.verdict = { .decision = decision, .reason = REASON_TENANT_CONFLICT },
		.queue_id = SPAN("4ABC"),
	};
	struct outbuf composed;

	policy->exota.reject_message = policy->exota.tempfail_message = message;
	sent[0] = '\0';
	CHECK_EQ(filter_answer_give(NULL, &answer, arena),
		 decision == VERDICT_REJECT ? SMFIS_REJECT : SMFIS_TEMPFAIL);
	composed = milter_answer_compose(&answer, arena, refusal);
	CHECK_BYTES(sent, strlen(sent) + 1, composed.p + 5, composed.len - 5);
	CHECK(strstr(sent, "(exogate: tenant-conflict)"));
	CHECK_EQ(n_lines, lines);
}

TEST(replies_are_those_of_the_dialog)
{
	static const struct {
		const char *message;
		size_t lines;
	} rows[] = {
		{ "", 1 },
		{ "No", 1 },
		{ "100%", 1 },
		{ "one\ntwo", 2 },
		{ "one\r\ntwo\n\nfour", 4 },
		{ "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n"
		  "18\n19\n20\n21\n22\n23\n24\n25\n26\n27\n28\n29\n30\n31\n32",
		  32 },
	};
	struct arena arena = fixture_arena(64 * 1024);

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct span message = span_of_string(rows[i].message);

		harness_row("row %zu", i);
		check_both(VERDICT_REJECT, message, &arena, rows[i].lines);
		check_both(VERDICT_TEMPFAIL, message, &arena, rows[i].lines);
	}
}

/* In the connection's own room, in the arena, or without the message: never nothing. */
TEST(refusals_of_any_length)
{
	static char message[MILTER_ANSWER_TEXT_MAX + 100];
	struct arena arena = fixture_arena(64 * 1024), little = fixture_arena(1024);

	for (size_t len = 0; len < sizeof(message); len++)
		message[len] = len % 100 == 99 ? '\n' : 'x';
	for (size_t len = 150; len < sizeof(message); len += 50) {
		const struct span text = span_of(message, len);
		size_t lines = 1 + len / 100;

		harness_row("%zu bytes", len);
		check_both(VERDICT_REJECT, text, NULL, len < 400 ? lines : 1);
		check_both(VERDICT_REJECT, text, &little, len < 850 ? lines : 1);
		check_both(VERDICT_REJECT, text, &arena, lines <= 32 ? lines : 1);
	}
}

TEST(an_edit_that_is_not_taken_defers)
{
	static const struct edit edit = { .op = EDIT_CHANGE_FROM, .value = { "<a@b>", 5 } };
	struct arena arena = fixture_arena(4096);
	struct session_answer answer = {
		.policy = fixture_policy(),
		.verdict = { .decision = VERDICT_ACCEPT, .reason = REASON_AUTHORISED },
		.plan = { .edits = (struct edit *)&edit, .n = 1 },
	};

	CHECK_EQ(filter_answer_give(NULL, &answer, &arena), SMFIS_TEMPFAIL);
	CHECK_EQ(answer.verdict.reason, REASON_EDITS_REFUSED);
	CHECK(strstr(sent, "451 4.7.1 ") && strstr(sent, "(exogate: edits-refused)"));
}

HARNESS_MAIN
