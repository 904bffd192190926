// SPDX-License-Identifier: Apache-2.0
/* The portable way of taking 64 bytes at a time, against those for the CPU. */
#define DKIM_BLOCK_PORTABLE
#define dkim_block_run portable_run
#include "dkim_block.c" // NOLINT(bugprone-suspicious-include)
#undef dkim_block_run

#include "cpu.h"
#include "fixture.h"
#include "fixture_dkim.h"
#include "harness.h"

size_t dkim_block_run(enum dkim_canon canon, struct span *bytes, char *out, size_t room);

typedef size_t (*block_run)(enum dkim_canon canon, struct span *bytes, char *out, size_t room);

#define TEXT_BYTES (3 * BLOCK)

struct outcome {
	size_t taken;
	size_t len;
	char out[2 * TEXT_BYTES];
};

static void run_as(block_run way, enum dkim_canon canon, struct span bytes, struct outcome *outcome)
{
	struct span rest = bytes;

	outcome->len = way(canon, &rest, outcome->out, sizeof(outcome->out));
	outcome->taken = bytes.len - rest.len;
}

static void check_equal(const struct outcome *a, const struct outcome *b)
{
	CHECK_EQ(a->taken, b->taken);
	CHECK_BYTES(a->out, a->len, b->out, b->len);
}

static void check_ways(enum dkim_canon canon, struct span bytes)
{
	static struct outcome portable, built_in, avx2;

	run_as(portable_run, canon, bytes, &portable);
	run_as(dkim_block_run, canon, bytes, &built_in);
	check_equal(&built_in, &portable);
	if (!cpu_has_avx2())
		return;
	run_as(dkim_block_run_avx2, canon, bytes, &avx2);
	check_equal(&avx2, &portable);
}

/* It reads and writes within what it was given, and needs twice a block of both. */
TEST(short_of_bytes_or_room_it_takes_nothing)
{
	char text[DKIM_BLOCK_REACH], out[DKIM_BLOCK_REACH];

	memset(text, 'x', sizeof(text));
	for (size_t missing = 0; missing <= 1; missing++) {
		struct span bytes = span_of(text, sizeof(text) - missing);
		size_t taken = missing ? 0 : BLOCK;

		CHECK_EQ(dkim_block_run(DKIM_RELAXED, &bytes, out, sizeof(out)), taken);
		CHECK_EQ(bytes.len, sizeof(text) - missing - taken);
		bytes = span_of(text, sizeof(text));
		CHECK_EQ(dkim_block_run(DKIM_RELAXED, &bytes, out, sizeof(out) - missing), taken);
	}
}

TEST(blanks_go_before_blanks_and_line_ends)
{
	static const char text[] =
		"<td>\r\n\t\t a \tb \r\n  \r\n\r\nc\t"
		"0123456789abcdef0123456789abcdef0123456789abcdef"
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	struct span bytes = span_of_string(text);
	char out[DKIM_BLOCK_REACH];
	size_t len = dkim_block_run(DKIM_RELAXED, &bytes, out, sizeof(out));

	CHECK_EQ((size_t)(bytes.p - text), BLOCK);
	CHECK_BYTES(out, len, "<td>\r\n a b\r\n\r\n\r\nc 0123456789abcdef0123456789abcdef01234567",
		    18 + 40);
}

TEST(it_never_stops_between_cr_and_lf)
{
	char text[DKIM_BLOCK_REACH], out[DKIM_BLOCK_REACH];
	struct span bytes = span_of(text, sizeof(text));

	memset(text, 'x', sizeof(text));
	memcpy(text + BLOCK - 1, "\r\n", 2);
	CHECK_EQ(dkim_block_run(DKIM_SIMPLE, &bytes, out, sizeof(out)), BLOCK - 1);
	CHECK_EQ(bytes.p[0], '\r');
}

TEST(odd_line_ends_are_left)
{
	static const char *const odd[] = { "a\nb", "a\rb", "\r\r\n", "\n\n" };
	char text[DKIM_BLOCK_REACH], out[DKIM_BLOCK_REACH];

	for (size_t i = 0; i < N_ELEMENTS(odd); i++) {
		struct span bytes = span_of(text, sizeof(text));

		harness_row("row %zu", i);
		memset(text, 'x', sizeof(text));
		memcpy(text + 20, odd[i], strlen(odd[i]));
		CHECK_EQ(dkim_block_run(DKIM_RELAXED, &bytes, out, sizeof(out)), 0);
		CHECK_EQ(bytes.len, sizeof(text));
	}
	memset(text, 'x', sizeof(text));
	text[0] = '\n';
	CHECK_EQ(dkim_block_run(DKIM_SIMPLE, &(struct span){ text, sizeof(text) }, out,
				sizeof(out)),
		 0);
}

/* For each sequence of three bytes that matter, at each place. */
TEST(all_ways_agree)
{
	static const char kinds[] = "\xe9 \t\r\n";
	char text[TEXT_BYTES], *copy;

	for (size_t at = 0; at + 3 < sizeof(text); at++) {
		for (unsigned int kind = 0; kind < 5 * 5 * 5; kind++) {
			memset(text, 'x', sizeof(text));
			text[at] = kinds[kind % 5];
			text[at + 1] = kinds[kind / 5 % 5];
			text[at + 2] = kinds[kind / 25];
			harness_row("kind %u at %zu", kind, at);
			copy = guarded(text, sizeof(text));
			check_ways(DKIM_SIMPLE, span_of(copy, sizeof(text)));
			check_ways(DKIM_RELAXED, span_of(copy, sizeof(text)));
		}
	}
}

/* And for blanks, tabs and line ends in any order. */
TEST(all_ways_agree_on_any_text)
{
	static const char *const kinds[] = { "a", "b", " ", "\t", "\r\n", "\x0b" };
	unsigned int state = 1;

	for (int round = 0; round < 3000; round++) {
		char text[TEXT_BYTES + 2];

		for (size_t len = 0; len < TEXT_BYTES;) {
			const char *kind;

			state = state * 1103515245 + 12345;
			kind = kinds[(state >> 16) % N_ELEMENTS(kinds)];
			memcpy(text + len, kind, strlen(kind));
			len += strlen(kind);
		}
		harness_row("round %d", round);
		check_ways(DKIM_SIMPLE, span_of(text, TEXT_BYTES));
		check_ways(DKIM_RELAXED, span_of(text, TEXT_BYTES));
	}
}

HARNESS_MAIN
