// SPDX-License-Identifier: Apache-2.0
/* With the real libidn2: what is one domain in U-labels and in A-labels, and what is none. */
#include "idn.h"

#include <idn2.h>

#include "harness.h"
#include "mailbox.h"

#define U_UMLAUT "\xc3\xbc"	/* LATIN SMALL LETTER U WITH DIAERESIS */
#define E_ACUTE	 "\xc3\xa9"	/* LATIN SMALL LETTER E WITH ACUTE */
#define KELVIN	 "\xe2\x84\xaa" /* KELVIN SIGN, canonically equivalent to K */
#define ZWJ	 "\xe2\x80\x8d" /* ZERO WIDTH JOINER */
#define U15	 U_UMLAUT U_UMLAUT U_UMLAUT U_UMLAUT U_UMLAUT "aaaaaaaaaa"
#define U60	 U15 U15 U15 U15

static const struct {
	const char *what;
	struct span text;
	const char *ascii; /* NULL: refused */
} rows[] = {
	{ "umlaut", SPAN("m" U_UMLAUT "nchen.example"), "xn--mnchen-3ya.example" },
	{ "ASCII capitals", SPAN("M" U_UMLAUT "NCHEN.Example"), "xn--mnchen-3ya.example" },
	{ "trailing dot", SPAN("m" U_UMLAUT "nchen.example."), "xn--mnchen-3ya.example" },
	{ "no normal form C", SPAN("mu\xcc\x88nchen.example"), "xn--mnchen-3ya.example" },
	{ "sharp s is itself", SPAN("fa\xc3\x9f.example"), "xn--fa-hia.example" },
	{ "ASCII only", SPAN("example.com"), "example.com" },
	{ "ideographs", SPAN("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e.example"),
	  "xn--wgv71a119e.example" },
	{ "right to left", SPAN("\xd7\x90\xd7\x91.example"), "xn--4dbc.example" },
	{ "joiner behind a virama", SPAN("\xe0\xa6\x95\xe0\xa7\x8d" ZWJ "\xe0\xa6\xb7.example"),
	  "xn--p5b2ezc687j.example" },
	{ "A-label beside it", SPAN("xn--mnchen-3ya." E_ACUTE ".example"),
	  "xn--mnchen-3ya.xn--9ca.example" },
	{ "underscore is kept", SPAN("node_1." E_ACUTE ".example"), "node_1.xn--9ca.example" },
	/* Look-alikes are domains of their own. */
	{ "Cyrillic o", SPAN("c\xd0\xbentoso.example"), "xn--cntoso-wqf.example" },
	{ "Greek omicron", SPAN("c\xce\xbfntoso.example"), "xn--cntoso-i0e.example" },
	{ "dotless i", SPAN("fabr\xc4\xb1kam.example"), "xn--fabrkam-ufb.example" },
	/* Nothing becomes ASCII on the way, nor vanishes. */
	{ "KELVIN SIGN", SPAN("ban" KELVIN ".example"), NULL },
	{ "KELVIN SIGN beside a U-label", SPAN("ban" KELVIN "." E_ACUTE ".example"), NULL },
	{ "KELVIN SIGN inside one", SPAN("ban" KELVIN E_ACUTE ".example"), NULL },
	{ "full-width letter", SPAN("\xef\xbd\x85xample.com"), NULL },
	{ "ligature", SPAN("\xef\xac\x81sh.example"), NULL },
	{ "long s", SPAN("conto\xc5\xbfo.example"), NULL },
	{ "ideographic full stop",
	  SPAN("contoso\xe3\x80\x82"
	       "com"),
	  NULL },
	{ "soft hyphen", SPAN("con\xc2\xadtoso.com"), NULL },
	{ "zero width space", SPAN("contoso\xe2\x80\x8b.com"), NULL },
	{ "variation selector", SPAN("contoso\xef\xb8\x8f.com"), NULL },
	{ "joiner in ASCII", SPAN("con" ZWJ "toso.com"), NULL },
	{ "non-joiner in ASCII", SPAN("con\xe2\x80\x8ctoso.com"), NULL },
	/* RFC 5891 5.4 */
	{ "capital", SPAN("\xc3\x9cnchen.example"), NULL },
	{ "capital I with dot", SPAN("\xc4\xb0stanbul.example"), NULL },
	{ "OHM SIGN", SPAN("\xe2\x84\xa6.example"), NULL },
	{ "emoji", SPAN("\xf0\x9f\x98\x80.example"), NULL },
	{ "symbol", SPAN("i\xe2\x99\xa5.example"), NULL },
	{ "unassigned", SPAN("\xcd\xb8.example"), NULL },
	{ "private use", SPAN("\xee\x80\x80.example"), NULL },
	{ "combining mark first", SPAN("\xcc\x88unchen.example"), NULL },
	{ "hyphens third and fourth", SPAN("ab--" E_ACUTE ".example"), NULL },
	{ "U-label with the prefix", SPAN("xn--" E_ACUTE ".example"), NULL },
	{ "two directions in a label",
	  SPAN("\xd7\x90"
	       "abc.example"),
	  NULL },
	{ "digit before right to left", SPAN("1\xd7\x90.example"), NULL },
	{ "A-label of a full-width letter", SPAN("xn--xample-9x84a." E_ACUTE ".example"), NULL },
	{ "A-label of nothing", SPAN("xn--a." E_ACUTE ".example"), NULL },
	{ "A-label that is no Punycode", SPAN("xn--0." E_ACUTE ".example"), NULL },
	/* Not UTF-8 */
	{ "lone octet", SPAN("m\xfcnchen.example"), NULL },
	{ "cut short", SPAN("example.\xc3"), NULL },
	{ "overlong e", SPAN("\xc1\xa5xample.com"), NULL },
	{ "overlong dot",
	  SPAN(E_ACUTE "\xc0\xae"
		       "com"),
	  NULL },
	{ "surrogate", SPAN("\xed\xa0\x80.example"), NULL },
	{ "beyond Unicode", SPAN("\xf4\x90\x80\x80.example"), NULL },
	/* No domain name in ASCII either */
	{ "empty label", SPAN(E_ACUTE "..example"), NULL },
	{ "empty label first", SPAN("." E_ACUTE ".example"), NULL },
	{ "blank", SPAN(E_ACUTE ".exam ple"), NULL },
	{ "NUL", SPAN(E_ACUTE ".example\0.com"), NULL },
	{ "colon", SPAN(E_ACUTE ".exam:ple"), NULL },
	{ "label too long", SPAN(U60 U60 ".example"), NULL },
	{ "empty", SPAN(""), NULL },
};

/* What libidn2 shows for the A-labels, made A-labels again. */
static void check_round_trip(const char *ascii)
{
	struct domain again = { .len = 0 };
	char *unicode = NULL;

	CHECK_EQ(idn2_to_unicode_8z8z(ascii, &unicode, 0), IDN2_OK);
	CHECK_EQ(idn_to_ascii(span_of_string(unicode), &again), PARSE_OK);
	CHECK_BYTES(again.text, again.len, ascii, strlen(ascii));
	idn2_free(unicode);
}

TEST(a_labels)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span text = rows[i].text;
		struct domain domain = { .len = 77 };
		enum parse_status status =
			idn_to_ascii(span_of(guarded(text.p, text.len), text.len), &domain);

		harness_row("%s", rows[i].what);
		CHECK_EQ(status, rows[i].ascii ? PARSE_OK : PARSE_BAD);
		if (!rows[i].ascii) {
			CHECK_EQ(domain.len, 77);
			continue;
		}
		CHECK_BYTES(domain.text, domain.len, rows[i].ascii, strlen(rows[i].ascii));
		check_round_trip(rows[i].ascii);
	}
}

TEST(long_names)
{
	static char text[60000];
	struct domain domain = { .len = 77 };

	for (size_t i = 0; i + 3 <= sizeof(text); i += 3)
		memcpy(text + i, E_ACUTE ".", 3);
	/* 4 octets a label are 7 and a dot: 31 labels and "a.aa" are 253 octets. */
	CHECK_EQ(idn_to_ascii(span_of(text, 31 * 3 - 1), &domain), PARSE_OK);
	CHECK_EQ(domain.len, 31 * 8 - 1);
	CHECK_EQ(idn_to_ascii(span_of(text, 32 * 3 - 1), &domain), PARSE_BAD);
	for (size_t len = 300; len <= sizeof(text); len += 11)
		CHECK_EQ(idn_to_ascii(span_of(text, len), &domain), PARSE_BAD);
	CHECK_EQ(domain.len, 31 * 8 - 1);
}

/* Of a mailbox: U-labels are looked up, and the bytes that a rewrite replaces stay those there. */
TEST(mailbox)
{
	struct span value = SPAN("J <j" U_UMLAUT "@(x)m" U_UMLAUT "nchen.example (y)>");
	struct mailbox box;
	size_t n;

	CHECK_EQ(mailbox_list_parse(value, idn_to_ascii, &box, 1, &n), PARSE_OK);
	CHECK_EQ(n, 1);
	CHECK(span_eq(box.domain_text, SPAN("m" U_UMLAUT "nchen.example")));
	CHECK(box.domain_text.p == value.p + 10);
	CHECK(span_eq(domain_span(&box.domain), SPAN("xn--mnchen-3ya.example")));
	CHECK_EQ(mailbox_list_parse(value, NULL, &box, 1, &n), PARSE_OK);
	CHECK_EQ(box.domain.len, 0);
	CHECK_EQ(mailbox_path_parse(SPAN("<a@m" U_UMLAUT "nchen.example>"), idn_to_ascii, &box),
		 PARSE_OK);
	CHECK(span_eq(domain_span(&box.domain), SPAN("xn--mnchen-3ya.example")));
	CHECK_EQ(mailbox_path_parse(SPAN("<a@ban" KELVIN ".example>"), idn_to_ascii, &box),
		 PARSE_OK);
	CHECK_EQ(box.domain.len, 0);
}

static int calls;

static enum parse_status count_calls(struct span text, struct domain *out)
{
	calls++;
	return idn_to_ascii(text, out);
}

/* A hostile list costs no more look-ups than it has mailboxes that are kept. */
TEST(look_ups_are_few)
{
	static char list[9000];
	struct mailbox box;
	size_t n;

	for (size_t i = 0; i + 6 <= sizeof(list); i += 6)
		memcpy(list + i, "a@" E_ACUTE "b,", 6);
	CHECK_EQ(mailbox_list_parse(span_of(list, sizeof(list)), count_calls, &box, 1, &n),
		 PARSE_OK);
	CHECK_EQ(n, sizeof(list) / 6);
	CHECK_EQ(calls, 1);
	CHECK_EQ(mailbox_list_parse(SPAN("j" U_UMLAUT "@example.com"), count_calls, &box, 1, &n),
		 PARSE_OK);
	CHECK_EQ(mailbox_list_parse(SPAN("a@" E_ACUTE ".example, a"), count_calls, &box, 1, &n),
		 PARSE_BAD);
	CHECK_EQ(calls, 1);
}

HARNESS_MAIN
