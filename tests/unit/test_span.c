// SPDX-License-Identifier: Apache-2.0
#include "span.h"

#include "harness.h"

static struct span flush(struct span s)
{
	return span_of(guarded(s.p, s.len), s.len);
}

TEST(equality_is_of_bytes)
{
	CHECK(span_eq(SPAN(""), span_of(NULL, 0)));
	CHECK(span_eq(flush(SPAN("a\0b")), flush(SPAN("a\0b"))));
	CHECK(!span_eq(flush(SPAN("a\0b")), flush(SPAN("a\0c"))));
	CHECK(!span_eq(flush(SPAN("ab")), flush(SPAN("abc"))));
	CHECK(!span_eq(flush(SPAN("ab")), flush(SPAN("aB"))));
}

static const struct {
	struct span a;
	struct span b;
	bool equal;
} folded[] = {
	{ SPAN(""), SPAN(""), true },
	{ SPAN("From"), SPAN("fROM"), true },
	{ SPAN("az[`{@"), SPAN("AZ[`{@"), true },
	{ SPAN("@"), SPAN("`"), false },
	{ SPAN("["), SPAN("{"), false },
	{ SPAN("a"), SPAN("ab"), false },
	{ SPAN("\xc3\xa9"), SPAN("\xc3\x89"), false }, /* e acute */
	{ SPAN("k"), SPAN("\xe2\x84\xaa"), false },    /* KELVIN SIGN */
	{ SPAN("\xe1"), SPAN("\xc1"), false },	       /* Latin-1 */
};

TEST(case_is_folded_for_ascii_letters_only)
{
	for (size_t i = 0; i < sizeof(folded) / sizeof(folded[0]); i++) {
		struct span a = flush(folded[i].a), b = flush(folded[i].b);

		harness_row("row %zu", i);
		CHECK_EQ(span_eq_nocase(a, b), folded[i].equal);
		CHECK_EQ(span_eq_nocase(b, a), folded[i].equal);
	}
}

TEST(every_octet_folds_as_in_the_c_locale)
{
	for (int c = 0; c < 256; c++) {
		int wanted = c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;

		harness_row("octet %d", c);
		CHECK_EQ((unsigned char)span_lower((char)c), wanted);
	}
}

TEST(prefix_is_found_without_case)
{
	CHECK(span_starts_nocase(flush(SPAN("IPv6:::1")), SPAN("ipV6:")));
	CHECK(span_starts_nocase(flush(SPAN("x")), SPAN("")));
	CHECK(span_starts_nocase(flush(SPAN("")), SPAN("")));
	CHECK(!span_starts_nocase(flush(SPAN("IPv6")), SPAN("IPv6:")));
	CHECK(!span_starts_nocase(flush(SPAN("IPv4:1")), SPAN("IPv6:")));
}

static const struct {
	struct span text;
	struct span trimmed;
} blanks[] = {
	{ SPAN(""), SPAN("") },
	{ SPAN(" \t\r\n"), SPAN("") },
	{ SPAN(" a b\r\n"), SPAN("a b") },
	{ SPAN("\n\ta\v"), SPAN("a\v") },
	{ SPAN("\0 "), SPAN("\0") },
};

TEST(blanks_are_trimmed_at_both_ends)
{
	for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++) {
		struct span got = span_trim(flush(blanks[i].text));

		harness_row("row %zu", i);
		CHECK_BYTES(got.p, got.len, blanks[i].trimmed.p, blanks[i].trimmed.len);
	}
}

TEST(copy_in_lower_case_writes_no_more_than_its_length)
{
	char *out = guarded("....", 4);

	span_copy_lower(flush(SPAN("A\xc3Z-")), out);
	CHECK_BYTES(out, 4, "a\xc3z-", 4);
	span_copy_lower(SPAN(""), out);
	CHECK_BYTES(out, 4, "a\xc3z-", 4);
}

TEST(what_is_left_after_a_part)
{
	struct span s = SPAN("abc");

	CHECK(span_eq(span_after(s, 1), SPAN("bc")));
	CHECK_EQ(span_after(s, 3).len, 0);
	CHECK(span_eq(span_of_string("abc"), s));
}

/* Eight bytes are compared at once: every pair of octets, among extreme neighbours. */
TEST(every_pair_of_octets_among_any_others)
{
	static const char fillers[] = { '\0', 'Z', '\x7f', (char)0x80, (char)0xff };
	char a[11], b[11];

	for (unsigned int pair = 0; pair < 1u << 16; pair++) {
		char x = (char)(pair >> 8), y = (char)pair;
		bool equal = span_lower(x) == span_lower(y);
		size_t at = pair % sizeof(a);

		for (size_t i = 0; i < sizeof(fillers); i++) {
			memset(a, fillers[i], sizeof(a));
			memset(b, fillers[i], sizeof(b));
			a[at] = x;
			b[at] = y;
			if (span_bytes_eq_nocase(a, b, sizeof(a)) == equal)
				continue;
			harness_row("octets %02x %02x at %zu", pair >> 8, pair & 0xff, at);
			CHECK_EQ(!equal, equal);
		}
	}
}

TEST(equal_to_a_secret)
{
	CHECK(span_eq_secret(SPAN(""), SPAN("")));
	CHECK(span_eq_secret(SPAN("a\0b"), SPAN("a\0b")));
	CHECK(!span_eq_secret(SPAN("a"), SPAN("A")));
	CHECK(!span_eq_secret(SPAN("ab"), SPAN("a")));
	CHECK(!span_eq_secret(SPAN("ab"), SPAN("xb")));
	CHECK(!span_eq_secret(SPAN("ab"), SPAN("ax")));
	CHECK(!span_eq_secret(SPAN("aa"), SPAN("bb"))); /* differences do not cancel out */
}

HARNESS_MAIN
