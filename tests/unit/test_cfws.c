// SPDX-License-Identifier: Apache-2.0
#include "cfws.h"

#include "harness.h"

static struct span flush(struct span s)
{
	return span_of(guarded(s.p, s.len), s.len);
}

static const struct {
	struct span text;
	bool ok;
	size_t left; /* bytes not taken */
} gaps[] = {
	{ SPAN(""), true, 0 },
	{ SPAN("x"), true, 1 },
	{ SPAN(" \t x"), true, 1 },
	{ SPAN("\n x"), true, 1 },
	{ SPAN("\r\n\tx"), true, 1 },
	{ SPAN("\n \n \n x"), true, 1 },
	{ SPAN("\nx"), true, 2 },
	{ SPAN("\n\n x"), true, 4 },
	{ SPAN("\r x"), true, 3 },
	{ SPAN("\r\r\n x"), true, 5 },
	{ SPAN(" \n"), true, 1 },
	{ SPAN(" \r\n"), true, 2 },
	{ SPAN("()x"), true, 1 },
	{ SPAN(" (a) (b)(c)\n (d)x"), true, 1 },
	{ SPAN("(a(b(c))d)x"), true, 1 },
	{ SPAN("(\\)\\(\\\\)x"), true, 1 },
	{ SPAN("(\")x"), true, 1 },
	{ SPAN("(\xff\xc3\xa9)x"), true, 1 },
	{ SPAN("(a\n b)x"), true, 1 },
	{ SPAN("(a\nb)"), false, 0 },
	{ SPAN("(a\rb)"), false, 0 },
	{ SPAN("(a\0b)"), false, 0 },
	{ SPAN("(\\\0)"), false, 0 },
	{ SPAN("(\\\n b)"), false, 0 },
	{ SPAN("(a\vb)"), false, 0 },
	{ SPAN("(\x7f)"), false, 0 },
	{ SPAN("("), false, 0 },
	{ SPAN("(a"), false, 0 },
	{ SPAN("(a\\"), false, 0 },
	{ SPAN("(a\\)"), false, 0 },
	{ SPAN("((a)"), false, 0 },
	{ SPAN(" (a) (b"), false, 0 },
	{ SPAN(")"), true, 1 },
};

TEST(gap_is_taken_whole_or_not_at_all)
{
	for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		struct span text = flush(gaps[i].text), rest = text;
		bool ok = cfws_skip(&rest);

		harness_row("row %zu", i);
		CHECK_EQ(ok, gaps[i].ok);
		CHECK_EQ(rest.len, ok ? gaps[i].left : text.len);
	}
}

TEST(comments_nest_to_the_limit)
{
	static char text[2 * (CFWS_COMMENT_DEPTH + 1)];
	struct span rest;

	for (size_t depth = CFWS_COMMENT_DEPTH; depth <= CFWS_COMMENT_DEPTH + 1; depth++) {
		memset(text, '(', depth);
		memset(text + depth, ')', depth);
		rest = flush(span_of(text, 2 * depth));
		CHECK_EQ(cfws_skip(&rest), depth == CFWS_COMMENT_DEPTH);
	}
}

static const struct {
	struct span text;
	const char *taken; /* NULL: none */
} quoted[] = {
	{ SPAN("\"\""), "" },
	{ SPAN("\"a b\"c"), "a b" },
	{ SPAN("\"a\\\"b\"c"), "a\\\"b" },
	{ SPAN("\"a\\\\\"b\""), "a\\\\" },
	{ SPAN("\"a\r\n b\""), "a\r\n b" },
	{ SPAN("\"(<@,:;>)\""), "(<@,:;>)" },
	{ SPAN("\"\xe9\xff\\\xe9\""), "\xe9\xff\\\xe9" },
	{ SPAN(""), NULL },
	{ SPAN("a\"b\""), NULL },
	{ SPAN("\""), NULL },
	{ SPAN("\"a"), NULL },
	{ SPAN("\"a\\"), NULL },
	{ SPAN("\"a\\\""), NULL },
	{ SPAN("\"a\nb\""), NULL },
	{ SPAN("\"a\0b\""), NULL },
	{ SPAN("\"a\\\0b\""), NULL },
	{ SPAN("\"a\x1b\""), NULL },
};

TEST(quoted_string_is_taken_with_its_escapes)
{
	for (size_t i = 0; i < sizeof(quoted) / sizeof(quoted[0]); i++) {
		struct span rest = flush(quoted[i].text), content = SPAN("untouched");

		harness_row("row %zu", i);
		CHECK_EQ(cfws_take_quoted(&rest, &content), quoted[i].taken != NULL);
		if (quoted[i].taken) {
			CHECK_BYTES(content.p, content.len, quoted[i].taken,
				    strlen(quoted[i].taken));
		} else {
			CHECK_EQ(rest.len, quoted[i].text.len);
			CHECK(span_eq(content, SPAN("untouched")));
		}
	}
}

static const struct {
	struct span text;
	const char *taken; /* NULL: none */
} dot_atoms[] = {
	{ SPAN("a"), "a" },
	{ SPAN("a.b.c@"), "a.b.c" },
	{ SPAN("!#$%&'*+-/=?^_`{|}~ x"), "!#$%&'*+-/=?^_`{|}~" },
	{ SPAN("\xc3\xa9.\xff"), "\xc3\xa9.\xff" },
	{ SPAN("a."), "a" },
	{ SPAN("a..b"), "a" },
	{ SPAN("a .b"), "a" },
	{ SPAN("a\0b"), "a" },
	{ SPAN(""), NULL },
	{ SPAN(".a"), NULL },
	{ SPAN("(a"), NULL },
};

TEST(dot_atom_ends_before_a_dot_that_nothing_follows)
{
	for (size_t i = 0; i < sizeof(dot_atoms) / sizeof(dot_atoms[0]); i++) {
		struct span rest = flush(dot_atoms[i].text), atom = SPAN("");

		harness_row("row %zu", i);
		CHECK_EQ(cfws_take_dot_atom(&rest, &atom), dot_atoms[i].taken != NULL);
		if (!dot_atoms[i].taken)
			continue;
		CHECK_BYTES(atom.p, atom.len, dot_atoms[i].taken, strlen(dot_atoms[i].taken));
		CHECK_EQ(atom.len + rest.len, dot_atoms[i].text.len);
	}
}

/* Each class, spelled as its RFC does: what is printable but for these. */
static const struct {
	const char *excluded;
	enum cfws_class class;
	bool high;
} classes[] = {
	{ "()<>[]:;@\\,.\"", CFWS_ATEXT, true },
	{ "\\\"", CFWS_QTEXT, true },
	{ "()\\", CFWS_CTEXT, true },
	{ "[]\\", CFWS_DTEXT, true },
	{ "()<>@,;:\\\"/[]?=", CFWS_TOKEN, true },
	{ "!\"#$%&'()*+,./:;<=>?@[\\]^_`{|}~", CFWS_LDH, false },
	{ "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
	  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
	  CFWS_DIGIT, false },
};

TEST(every_octet_is_of_the_classes_that_the_rfcs_give_it)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		for (int c = 0; c < 256; c++) {
			bool printable = c > ' ' && c < 0x7f;
			bool wanted = c >= 0x80 ? classes[i].high :
						  printable && !strchr(classes[i].excluded, c);

			harness_row("class %zu, octet %d", i, c);
			CHECK_EQ(cfws_is((char)c, classes[i].class), wanted);
			CHECK_EQ(cfws_is((char)c, CFWS_HIGH), c >= 0x80);
		}
	}
}

HARNESS_MAIN
