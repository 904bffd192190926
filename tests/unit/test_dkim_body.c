// SPDX-License-Identifier: Apache-2.0
/* RFC 6376 3.4.3, 3.4.4, 3.7 and the example of 3.4.5 */
#include "dkim_body.h"

#include <stdlib.h>

#include "cpu.h"
#include "fixture.h"
#include "fixture_dkim.h"
#include "harness.h"

static struct dkim_body body;

/* In turns, if the CPU has AVX2. */
static bool with_avx2;

/* Canonical text of the body, which comes in pieces of so many bytes. */
static struct span canonical(enum dkim_canon canon, struct span bytes, size_t piece, uint64_t limit)
{
	struct dkim_hash *hash = fixture_dkim_hash();
	static struct dkim_crypto crypto;
	static struct dkim_sink sink;

	with_avx2 = !with_avx2 && cpu_has_avx2();
	crypto = fixture_dkim_crypto;
	crypto.cpu_has_avx2 = with_avx2;
	dkim_sink_init(&sink, &crypto, hash);
	dkim_body_begin(&body, canon, &sink, limit);
	while (bytes.len) {
		size_t n = bytes.len < piece ? bytes.len : piece;
		char *chunk = malloc(n);

		memcpy(chunk, bytes.p, n);
		dkim_body_chunk(&body, span_of(chunk, n));
		free(chunk);
		bytes = span_after(bytes, n);
	}
	dkim_body_end(&body);
	dkim_sink_flush(&sink);
	return fixture_dkim_kept(hash);
}

static void check(enum dkim_canon canon, struct span bytes, struct span wanted)
{
	for (size_t piece = 1; piece <= bytes.len + 1; piece++) {
		struct span out = canonical(canon, bytes, piece, UINT64_MAX);

		CHECK_BYTES(out.p, out.len, wanted.p, wanted.len);
		CHECK(!body.beyond);
		CHECK_EQ(body.put, wanted.len);
	}
}

#define LONG "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
	struct span body;
	struct span simple;
	struct span relaxed;
} rows[] = {
	/* 3.4.3: an empty body is one line end; 3.4.4: it stays empty */
	{ SPAN(""), SPAN("\r\n"), SPAN("") },
	{ SPAN("\r\n"), SPAN("\r\n"), SPAN("") },
	{ SPAN("\r\n\r\n\r\n"), SPAN("\r\n"), SPAN("") },
	{ SPAN(" \r\n\t\r\n"), SPAN(" \r\n\t\r\n"), SPAN("") },
	{ SPAN(" "), SPAN(" \r\n"), SPAN("") },
	{ SPAN("a"), SPAN("a\r\n"), SPAN("a\r\n") },
	{ SPAN("a\r\n"), SPAN("a\r\n"), SPAN("a\r\n") },
	{ SPAN("a\r\n\r\n\r\n"), SPAN("a\r\n"), SPAN("a\r\n") },
	{ SPAN("a\r\n \r\n\r\n"), SPAN("a\r\n \r\n"), SPAN("a\r\n") },
	{ SPAN("\r\n\r\na\r\n\r\nb"), SPAN("\r\n\r\na\r\n\r\nb\r\n"),
	  SPAN("\r\n\r\na\r\n\r\nb\r\n") },
	/* 3.4.5 */
	{ SPAN(" C \r\nD \t E\r\n\r\n\r\n"), SPAN(" C \r\nD \t E\r\n"), SPAN(" C\r\nD E\r\n") },
	{ SPAN("\t \ta\t\r\n"), SPAN("\t \ta\t\r\n"), SPAN(" a\r\n") },
	{ SPAN("a \t b  c\t\td"), SPAN("a \t b  c\t\td\r\n"), SPAN("a b c d\r\n") },
	/* LF is a line end, CR without it is text. */
	{ SPAN("a\nb\n\n"), SPAN("a\r\nb\r\n"), SPAN("a\r\nb\r\n") },
	{ SPAN("a \n \n\n"), SPAN("a \r\n \r\n"), SPAN("a\r\n") },
	{ SPAN("a\rb"), SPAN("a\rb\r\n"), SPAN("a\rb\r\n") },
	{ SPAN("a\r\r\nb \r c\r"), SPAN("a\r\r\nb \r c\r\r\n"), SPAN("a\r\r\nb \r c\r\r\n") },
	{ SPAN("\r"), SPAN("\r\r\n"), SPAN("\r\r\n") },
	{ SPAN("\r\r\n"), SPAN("\r\r\n"), SPAN("\r\r\n") },
	{ SPAN("\0\x80\xff\r\n"), SPAN("\0\x80\xff\r\n"), SPAN("\0\x80\xff\r\n") },
	{ SPAN(LONG LONG "\r\n" LONG " " LONG " \r\n" LONG LONG "\r\n\r\n\r\nx"),
	  SPAN(LONG LONG "\r\n" LONG " " LONG " \r\n" LONG LONG "\r\n\r\n\r\nx\r\n"),
	  SPAN(LONG LONG "\r\n" LONG " " LONG "\r\n" LONG LONG "\r\n\r\n\r\nx\r\n") },
	{ SPAN(LONG "\n" LONG "\r" LONG "\r\n " LONG "\r\n\r\n" LONG),
	  SPAN(LONG "\r\n" LONG "\r" LONG "\r\n " LONG "\r\n\r\n" LONG "\r\n"),
	  SPAN(LONG "\r\n" LONG "\r" LONG "\r\n " LONG "\r\n\r\n" LONG "\r\n") },
};

TEST(bodies)
{
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		harness_row("row %zu", i);
		check(DKIM_SIMPLE, rows[i].body, rows[i].simple);
		check(DKIM_RELAXED, rows[i].body, rows[i].relaxed);
	}
}

/* 3.7: the count is of canonical octets; what is beyond them is not covered. */
TEST(limits)
{
	struct span bytes = SPAN("a  b\r\n\r\n" LONG "\r\n\r\n"),
		    wanted = SPAN("a b\r\n\r\n" LONG "\r\n");

	for (size_t limit = 0; limit <= wanted.len + 1; limit++) {
		for (size_t piece = 1; piece <= bytes.len; piece++) {
			struct span out = canonical(DKIM_RELAXED, bytes, piece, limit);
			size_t len = limit < wanted.len ? limit : wanted.len;

			harness_row("limit %zu, pieces of %zu", limit, piece);
			CHECK_BYTES(out.p, out.len, wanted.p, len);
			CHECK_EQ(body.put, len);
			CHECK_EQ(body.beyond, limit < wanted.len);
		}
	}
}

TEST(an_empty_body_has_nothing_beyond_no_octets)
{
	canonical(DKIM_RELAXED, SPAN("\r\n\r\n"), 1, 0);
	CHECK(!body.beyond);
	canonical(DKIM_SIMPLE, SPAN(""), 1, 2);
	CHECK(!body.beyond);
}

/* More than is gathered at once: of line ends, which may all be the last, and of text. */
TEST(line_ends_are_held_back_however_many)
{
	static const size_t numbers[] = { 1, 31, 64, 65, 1000, 1024, 1025, 5000 };
	static char text[2 * 5000 + 8];

	for (size_t i = 0; i < N_ELEMENTS(numbers); i++) {
		size_t len = 1;

		text[0] = 'a';
		for (size_t n = 0; n < numbers[i]; n++, len += 2)
			memcpy(text + len, "\r\n", 2);
		for (size_t piece = 1; piece < len; piece += 1 + piece * 2) {
			struct span out;

			harness_row("%zu line ends, pieces of %zu", numbers[i], piece);
			out = canonical(DKIM_RELAXED, span_of(text, len), piece, UINT64_MAX);
			CHECK_BYTES(out.p, out.len, "a\r\n", 3);
			memcpy(text + len, "b\r\n", 3);
			out = canonical(DKIM_SIMPLE, span_of(text, len + 3), piece, UINT64_MAX);
			CHECK_BYTES(out.p, out.len, text, len + 3);
		}
	}
}

/* Pseudo-random texts of the bytes that matter: pieces of any size are as bytes one by one. */
TEST(pieces_do_not_matter)
{
	static const char kinds[] =
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa     \t\r\n\n\r\r";
	unsigned int state = 1;

	for (int round = 0; round < 100; round++) {
		char text[3 * DKIM_BODY_BYTES];
		bool crlf = round & 1;

		for (size_t i = 0; i < sizeof(text); i++) {
			state = state * 1103515245 + 12345;
			text[i] = kinds[(state >> 16) % (sizeof(kinds) - 1)];
			if (crlf && text[i] == '\n' && i)
				text[i - 1] = '\r';
		}
		for (int canon = DKIM_SIMPLE; canon <= DKIM_RELAXED; canon++) {
			struct span slow = canonical((enum dkim_canon)canon,
						     span_of(text, sizeof(text)), 1, UINT64_MAX);
			struct span fast = canonical((enum dkim_canon)canon,
						     span_of(text, sizeof(text)),
						     64 + (size_t)round * 30, UINT64_MAX);

			harness_row("round %d, canonicalisation %d", round, canon);
			CHECK_BYTES(fast.p, fast.len, slow.p, slow.len);
		}
	}
}

HARNESS_MAIN
