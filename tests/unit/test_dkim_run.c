// SPDX-License-Identifier: Apache-2.0
/* The portable way of judging 64 bytes at a time, against the one that is built in. */
#define DKIM_RUN_PORTABLE
#define dkim_run_len portable_run_len
#include "dkim_run.c" // NOLINT(bugprone-suspicious-include)
#undef dkim_run_len

#include "harness.h"

size_t dkim_run_len(enum dkim_canon canon, struct span bytes);

TEST(short_bytes_are_no_run)
{
	char text[BLOCK + 1];

	memset(text, 'x', sizeof(text));
	CHECK_EQ(dkim_run_len(DKIM_SIMPLE, span_of(text, BLOCK)), 0);
	CHECK_EQ(dkim_run_len(DKIM_SIMPLE, span_of(text, BLOCK + 1)), BLOCK);
	CHECK_EQ(dkim_run_len(DKIM_SIMPLE, span_of(text, 0)), 0);
}

/* Where a run of text ends, for each sequence of three bytes that matter, at each place. */
TEST(both_ways_agree)
{
	static const char kinds[] = "\xe9 \t\r\n";
	char text[3 * BLOCK];

	for (size_t at = 0; at + 3 < sizeof(text); at++) {
		for (unsigned int kind = 0; kind < 5 * 5 * 5; kind++) {
			struct span bytes = span_of(text, sizeof(text));

			memset(text, 'x', sizeof(text));
			text[at] = kinds[kind % 5];
			text[at + 1] = kinds[kind / 5 % 5];
			text[at + 2] = kinds[kind / 25];
			bytes.p = guarded(text, sizeof(text));
			harness_row("kind %u at %zu", kind, at);
			CHECK_EQ(dkim_run_len(DKIM_SIMPLE, bytes),
				 portable_run_len(DKIM_SIMPLE, bytes));
			CHECK_EQ(dkim_run_len(DKIM_RELAXED, bytes),
				 portable_run_len(DKIM_RELAXED, bytes));
		}
	}
}

HARNESS_MAIN
