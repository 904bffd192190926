// SPDX-License-Identifier: Apache-2.0
#include "mailbox.h"

#include "harness.h"

#define BAD	      (-1)
#define HOSTILE_BYTES 60000
#define L63	      "a23456789012345678901234567890123456789012345678901234567890123"

static struct span flush(struct span s)
{
	return span_of(guarded(s.p, s.len), s.len);
}

/* The number of mailboxes in the value, the first of them in *box; or BAD. */
static long long read_list(struct span value, struct mailbox *box)
{
	size_t n;

	return mailbox_list_parse(flush(value), NULL, box, 1, &n) == PARSE_OK ? (long long)n : BAD;
}

/* What a From names: how many mailboxes, and of the first the local part and the domain. */
static const struct {
	struct span value;
	int n;
	const char *local;
	const char *domain;
} lists[] = {
	/* RFC 5322 3.4 */
	{ SPAN("joe@example.com"), 1, "joe", "example.com" },
	{ SPAN(" joe@example.com "), 1, "joe", "example.com" },
	{ SPAN("<joe@example.com>"), 1, "joe", "example.com" },
	{ SPAN("Joe <joe@example.com>"), 1, "joe", "example.com" },
	{ SPAN("\"Joe, Q.\" <joe@example.com>"), 1, "joe", "example.com" },
	{ SPAN("Joe Q. Public <joe@example.com>"), 1, "joe", "example.com" },
	{ SPAN("John X.<joe@example.com>"), 1, "joe", "example.com" },
	{ SPAN("Joe \"Q.\" (x) Public<joe@example.com>"), 1, "joe", "example.com" },
	{ SPAN("Joe\n <joe@example.com>"), 1, "joe", "example.com" },
	{ SPAN("Joe\r\n\t<joe@example.com>\r\n "), 1, "joe", "example.com" },
	{ SPAN("(x@evil.example) joe@example.com (y)"), 1, "joe", "example.com" },
	{ SPAN("joe(c)@(d)example.com"), 1, "joe", "example.com" },
	{ SPAN("Joe <joe@\r\n example.com>"), 1, "joe", "example.com" },
	{ SPAN("\"joe@evil.example\"@example.com"), 1, "\"joe@evil.example\"", "example.com" },
	{ SPAN("\"\"@example.com"), 1, "\"\"", "example.com" },
	{ SPAN("a.b.c@example.com"), 1, "a.b.c", "example.com" },
	{ SPAN("=?utf-8?Q?a=40b?= <joe@example.com>"), 1, "joe", "example.com" },
	{ SPAN("joe@[192.0.2.1]"), 1, "joe", "" },
	{ SPAN("joe@[IPv6:2001:db8::1]"), 1, "joe", "" },
	{ SPAN("a@one.example, B <b@two.example>"), 2, "a", "one.example" },
	{ SPAN("G: a@one.example, b@two.example;"), 2, "a", "one.example" },
	{ SPAN("G:a@one.example;,b@two.example"), 2, "a", "one.example" },
	{ SPAN("\"A G\" (c) : a@one.example ; (d)"), 1, "a", "one.example" },
	{ SPAN("Undisclosed recipients:;"), 0, NULL, NULL },
	{ SPAN("a:(b);, c: ;"), 0, NULL, NULL },
	/* RFC 5322 4.4: empty elements */
	{ SPAN(",a@one.example"), 1, "a", "one.example" },
	{ SPAN("a@one.example, ,(x),"), 1, "a", "one.example" },
	{ SPAN("g:,a@one.example,;"), 1, "a", "one.example" },
	/* RFC 6532, and octets that are no UTF-8 */
	{ SPAN("J\xfcrgen <joe@example.com>"), 1, "joe", "example.com" },
	{ SPAN("\"\xff\\\xff\" <joe@example.com>"), 1, "joe", "example.com" },
	{ SPAN("j\xc3\xbcrgen@example.com"), 1, "j\xc3\xbcrgen", "example.com" },
	{ SPAN("joe@m\xc3\xbcnchen.example"), 1, "joe", "" },
	{ SPAN("joe@ban\xe2\x84\xaa.example"), 1, "joe", "" },
	/* RFC 5322 3.4.1 wants a dot-atom, which need be no domain name. */
	{ SPAN("joe@x" L63 ".com"), 1, "joe", "" },
	{ SPAN("joe@%s%n%d"), 1, "joe", "" },
	{ SPAN("joe@example.com!evil.example"), 1, "joe", "" },
	/* Nothing there */
	{ SPAN(""), BAD, NULL, NULL },
	{ SPAN("   "), BAD, NULL, NULL },
	{ SPAN("(x)"), BAD, NULL, NULL },
	{ SPAN(","), BAD, NULL, NULL },
	{ SPAN(";"), BAD, NULL, NULL },
	{ SPAN(":;"), BAD, NULL, NULL },
	{ SPAN("<>"), BAD, NULL, NULL },
	{ SPAN("Joe <>"), BAD, NULL, NULL },
	{ SPAN("joe"), BAD, NULL, NULL },
	{ SPAN("joe@"), BAD, NULL, NULL },
	{ SPAN("@example.com"), BAD, NULL, NULL },
	/* Two addresses where one is expected */
	{ SPAN("<a@one.example> <b@two.example>"), BAD, NULL, NULL },
	{ SPAN("<a@one.example>b@two.example"), BAD, NULL, NULL },
	{ SPAN("a@one.example <b@two.example>"), BAD, NULL, NULL },
	{ SPAN("a@one.example (x) <b@two.example>"), BAD, NULL, NULL },
	{ SPAN("a@one.example <a@one.example>"), BAD, NULL, NULL },
	{ SPAN("a@one.example\tb@two.example"), BAD, NULL, NULL },
	{ SPAN("a@one.example; b@two.example"), BAD, NULL, NULL },
	{ SPAN("a@one.example;"), BAD, NULL, NULL },
	{ SPAN("\"a@one.example\" b@two.example"), BAD, NULL, NULL },
	{ SPAN("a@one.example@two.example"), BAD, NULL, NULL },
	{ SPAN("<<a@one.example>>"), BAD, NULL, NULL },
	{ SPAN("<a@one.example,b@two.example>"), BAD, NULL, NULL },
	/* CVE-2023-27043 */
	{ SPAN("a@one.example(<b@two.example>"), BAD, NULL, NULL },
	{ SPAN("a@one.example)<b@two.example>"), BAD, NULL, NULL },
	{ SPAN("a@one.example<<b@two.example>"), BAD, NULL, NULL },
	{ SPAN("a@one.example><b@two.example>"), BAD, NULL, NULL },
	{ SPAN("a@one.example[<b@two.example>"), BAD, NULL, NULL },
	{ SPAN("a@one.example]<b@two.example>"), BAD, NULL, NULL },
	{ SPAN("a@one.example:<b@two.example>"), BAD, NULL, NULL },
	{ SPAN("a@one.example\"<b@two.example>"), BAD, NULL, NULL },
	{ SPAN("a@one.example )Alice("), BAD, NULL, NULL },
	/* Words out of place */
	{ SPAN("joe smith@example.com"), BAD, NULL, NULL },
	{ SPAN("\"joe\"smith@example.com"), BAD, NULL, NULL },
	{ SPAN("\"joe\".smith@example.com"), BAD, NULL, NULL },
	{ SPAN("<joe@example.com> Joe"), BAD, NULL, NULL },
	{ SPAN(". Joe <joe@example.com>"), BAD, NULL, NULL },
	{ SPAN("Smith, Joe <joe@example.com>"), BAD, NULL, NULL },
	{ SPAN("[Joe] <joe@example.com>"), BAD, NULL, NULL },
	{ SPAN("Joe joe@example.com>"), BAD, NULL, NULL },
	{ SPAN("<joe@example.com"), BAD, NULL, NULL },
	/* Groups */
	{ SPAN("g: a@one.example"), BAD, NULL, NULL },
	{ SPAN("g: h: a@one.example;"), BAD, NULL, NULL },
	{ SPAN("g: h: a@one.example;;"), BAD, NULL, NULL },
	{ SPAN("g: a@one.example, h: b@two.example;"), BAD, NULL, NULL },
	{ SPAN("g: a@one.example; b@two.example"), BAD, NULL, NULL },
	{ SPAN("g: a@one.example;;"), BAD, NULL, NULL },
	{ SPAN(": a@one.example;"), BAD, NULL, NULL },
	/* Obsolete forms that readers disagree on */
	{ SPAN("<@x.attacker.example:ceo@contoso.example>"), BAD, NULL, NULL },
	{ SPAN("ceo@contoso . example"), BAD, NULL, NULL },
	{ SPAN("ceo . x@contoso.example"), BAD, NULL, NULL },
	{ SPAN("ceo@contoso(x).example"), BAD, NULL, NULL },
	/* RFC 2047 5 (3): no encoded word in an addr-spec */
	{ SPAN("=?utf-8?b?Y2Vv?=@example.com"), BAD, NULL, NULL },
	{ SPAN("Joe <=?utf-8?q?ceo=40evil.example=3E?=@example.com>"), BAD, NULL, NULL },
	{ SPAN("ceo.=?utf-8?q?x?=@example.com"), BAD, NULL, NULL },
	{ SPAN("\"=?utf-8?q?ceo?=\"@example.com"), BAD, NULL, NULL },
	{ SPAN("\"=\\?utf-8?q?ceo?=\"@example.com"), BAD, NULL, NULL },
	{ SPAN("\"\\=?utf-8?q?ceo?\\=\"@example.com"), BAD, NULL, NULL },
	{ SPAN("\"a=\\\\?x?=\"@example.com"), BAD, NULL, NULL },
	{ SPAN("\"=? x\"@example.com"), 1, "\"=? x\"", "example.com" },
	{ SPAN("=?x?@example.com"), 1, "=?x?", "example.com" },
	{ SPAN("=?=@example.com"), 1, "=?=", "example.com" },
	/* Dots, domains */
	{ SPAN("a..b@example.com"), BAD, NULL, NULL },
	{ SPAN(".a@example.com"), BAD, NULL, NULL },
	{ SPAN("a.@example.com"), BAD, NULL, NULL },
	{ SPAN("a@.example.com"), BAD, NULL, NULL },
	{ SPAN("a@example.com."), BAD, NULL, NULL },
	{ SPAN("a@[192.0.2.1"), BAD, NULL, NULL },
	{ SPAN("a@[192.0.2.1].example"), BAD, NULL, NULL },
	{ SPAN("a@[192.0.2.1\\]]"), BAD, NULL, NULL },
	/* Unterminated */
	{ SPAN("\"unterminated <joe@example.com>"), BAD, NULL, NULL },
	{ SPAN("joe@example.com (comment"), BAD, NULL, NULL },
	{ SPAN("joe@example.com (comment\\)"), BAD, NULL, NULL },
	/* Octets that end or split the value for some reader */
	{ SPAN("a@one.example\0, b@two.example"), BAD, NULL, NULL },
	{ SPAN("joe\0@example.com"), BAD, NULL, NULL },
	{ SPAN("\"\\\0\" <joe@example.com>"), BAD, NULL, NULL },
	{ SPAN("joe@example.com\v"), BAD, NULL, NULL },
	{ SPAN("joe@example.com\n"), BAD, NULL, NULL },
	{ SPAN("joe@example.com,\nFrom: b@two.example"), BAD, NULL, NULL },
	{ SPAN("\"a\nb\" <joe@example.com>"), BAD, NULL, NULL },
	{ SPAN("joe@example.com\r ,"), BAD, NULL, NULL },
};

TEST(list_names_what_it_names)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct mailbox box;

		harness_row("%s", lists[i].value.p);
		if (!CHECK_EQ(read_list(lists[i].value, &box), lists[i].n) || lists[i].n < 1)
			continue;
		CHECK_BYTES(box.local.p, box.local.len, lists[i].local, strlen(lists[i].local));
		CHECK_BYTES(box.domain.text, box.domain.len, lists[i].domain,
			    strlen(lists[i].domain));
	}
}

TEST(every_prefix_of_a_list_is_survived)
{
	struct mailbox box;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (size_t len = 0; len < lists[i].value.len; len++)
			read_list(span_of(lists[i].value.p, len), &box);
}

TEST(spans_point_into_the_value)
{
	struct span value = flush(SPAN("\"A, B\" <\"a\n b\" (x) @ Two.Example>,g:c@[192.0.2.1];"));
	struct mailbox box[2];
	size_t n;

	CHECK_EQ(mailbox_list_parse(value, NULL, box, 2, &n), PARSE_OK);
	CHECK_EQ(n, 2);
	CHECK_EQ(box[0].address.p - value.p, 8);
	CHECK(span_eq(box[0].address, SPAN("\"a\n b\" (x) @ Two.Example")));
	CHECK(box[0].local.p == box[0].address.p);
	CHECK(span_eq(box[0].local, SPAN("\"a\n b\"")));
	CHECK(span_eq(box[0].domain_text, SPAN("Two.Example")));
	CHECK(span_eq(domain_span(&box[0].domain), SPAN("two.example")));
	CHECK(span_eq(box[1].address, SPAN("c@[192.0.2.1]")));
	CHECK(span_eq(box[1].domain_text, SPAN("[192.0.2.1]")));
	CHECK_EQ(box[1].domain.len, 0);
}

TEST(mailboxes_over_the_room_are_counted_only)
{
	struct mailbox box[3];
	size_t n;

	memset(box, 0x5a, sizeof(box));
	CHECK_EQ(mailbox_list_parse(SPAN("a@x, b@y, c@z"), NULL, box, 2, &n), PARSE_OK);
	CHECK_EQ(n, 3);
	CHECK(span_eq(box[1].address, SPAN("b@y")));
	CHECK_EQ(*(unsigned char *)&box[2], 0x5a);
	CHECK_EQ(mailbox_list_parse(SPAN("a@x"), NULL, NULL, 0, &n), PARSE_OK);
	CHECK_EQ(n, 1);
}

TEST(bad_list_writes_nothing)
{
	struct mailbox box, before;
	size_t n = 77;

	memset(&box, 0x5a, sizeof(box));
	memcpy(&before, &box, sizeof(box));
	CHECK_EQ(mailbox_list_parse(SPAN("a@one.example, b@two.example, c"), NULL, &box, 1, &n),
		 PARSE_BAD);
	CHECK_EQ(n, 77);
	CHECK_BYTES(&box, sizeof(box), &before, sizeof(before));
}

TEST(comments_in_a_list_nest_to_the_limit)
{
	char value[3 + 2 * (MAILBOX_COMMENT_DEPTH + 1)] = "a@b";
	struct mailbox box;

	for (size_t depth = MAILBOX_COMMENT_DEPTH; depth <= MAILBOX_COMMENT_DEPTH + 1; depth++) {
		memset(value + 3, '(', depth);
		memset(value + 3 + depth, ')', depth);
		CHECK_EQ(read_list(span_of(value, 3 + 2 * depth), &box),
			 depth == MAILBOX_COMMENT_DEPTH ? 1 : BAD);
	}
}

static const struct {
	struct span path;
	const char *local; /* NULL: refused */
	const char *domain_text;
	const char *domain;
} paths[] = {
	{ SPAN("<joe@Example.com>"), "joe", "Example.com", "example.com" },
	{ SPAN("joe@example.com"), "joe", "example.com", "example.com" },
	{ SPAN("<\"a b\"@example.com>"), "\"a b\"", "example.com", "example.com" },
	{ SPAN("<\"<>\"@example.com>"), "\"<>\"", "example.com", "example.com" },
	{ SPAN("<\"a\\\"b\"@example.com>"), "\"a\\\"b\"", "example.com", "example.com" },
	{ SPAN("<@a.example,@b.example:joe@example.com>"), "joe", "example.com", "example.com" },
	{ SPAN("<joe@[192.0.2.1]>"), "joe", "[192.0.2.1]", "" },
	{ SPAN("<joe@[IPv6:2001:db8::1]>"), "joe", "[IPv6:2001:db8::1]", "" },
	{ SPAN("<joe@m\xc3\xbcnchen.example>"), "joe", "m\xc3\xbcnchen.example", "" },
	{ SPAN("<SRS0=" L63 "=x=x=x@example.com>"), "SRS0=" L63 "=x=x=x", "example.com",
	  "example.com" },
	{ SPAN("<>"), "", "", "" },
	{ SPAN(""), "", "", "" },
	{ SPAN("<Postmaster>"), "Postmaster", "", "" },
	{ SPAN("postmaster"), "postmaster", "", "" },
	{ SPAN("<root>"), NULL, NULL, NULL },
	{ SPAN("<\"postmaster\">"), NULL, NULL, NULL },
	{ SPAN("<postmaster@>"), NULL, NULL, NULL },
	{ SPAN("<@example.com>"), NULL, NULL, NULL },
	{ SPAN("<@a.example:>"), NULL, NULL, NULL },
	{ SPAN("<@a.example,joe@example.com>"), NULL, NULL, NULL },
	{ SPAN("<joe@example.com"), NULL, NULL, NULL },
	{ SPAN("joe@example.com>"), NULL, NULL, NULL },
	{ SPAN("<"), NULL, NULL, NULL },
	{ SPAN(">"), NULL, NULL, NULL },
	{ SPAN("<<joe@example.com>>"), NULL, NULL, NULL },
	{ SPAN("<joe@example.com> SIZE=1"), NULL, NULL, NULL },
	{ SPAN("Joe <joe@example.com>"), NULL, NULL, NULL },
	{ SPAN(" joe@example.com"), NULL, NULL, NULL },
	{ SPAN("joe @example.com"), NULL, NULL, NULL },
	{ SPAN("joe(x)@example.com"), NULL, NULL, NULL },
	{ SPAN("joe@example.com, b@two.example"), NULL, NULL, NULL },
	{ SPAN("joe@example.com\0"), NULL, NULL, NULL },
	{ SPAN("\"a\n b\"@example.com"), NULL, NULL, NULL },
	{ SPAN("\"a\tb\"@example.com"), NULL, NULL, NULL },
	{ SPAN("joe@a..example"), NULL, NULL, NULL },
	{ SPAN("joe@example.com."), NULL, NULL, NULL },
	{ SPAN("joe@x" L63 ".com"), NULL, NULL, NULL },
	{ SPAN("joe@%s%n%d"), NULL, NULL, NULL },
	{ SPAN("joe@[192.0.2.256]"), NULL, NULL, NULL },
	{ SPAN("joe@[IPv6:::g]"), NULL, NULL, NULL },
	{ SPAN("joe@[]"), NULL, NULL, NULL },
};

static void check_path(size_t i, const struct mailbox *box)
{
	CHECK_BYTES(box->local.p, box->local.len, paths[i].local, strlen(paths[i].local));
	CHECK_BYTES(box->domain_text.p, box->domain_text.len, paths[i].domain_text,
		    strlen(paths[i].domain_text));
	CHECK_BYTES(box->domain.text, box->domain.len, paths[i].domain, strlen(paths[i].domain));
	CHECK_EQ(box->address.len,
		 box->local.len + (box->domain_text.len ? 1 + box->domain_text.len : 0));
}

TEST(path_names_what_it_names)
{
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct mailbox box = { .address = SPAN("untouched") };
		enum parse_status status = mailbox_path_parse(flush(paths[i].path), NULL, &box);

		harness_row("%s", paths[i].path.p);
		CHECK_EQ(status, paths[i].local ? PARSE_OK : PARSE_BAD);
		if (status == PARSE_OK && paths[i].local)
			check_path(i, &box);
		else
			CHECK(span_eq(box.address, SPAN("untouched")));
	}
}

TEST(every_prefix_of_a_path_is_survived)
{
	struct mailbox box;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		for (size_t len = 0; len < paths[i].path.len; len++)
			mailbox_path_parse(flush(span_of(paths[i].path.p, len)), NULL, &box);
}

/* A start, and what follows it until there is no room for more. */
static const struct {
	struct span start;
	struct span unit;
	int n;
} hostile[] = {
	{ SPAN(""), SPAN("("), BAD },	    { SPAN(""), SPAN("()"), BAD },
	{ SPAN("a@b"), SPAN("()"), 1 },	    { SPAN("a@b"), SPAN(" "), 1 },
	{ SPAN("a@b"), SPAN("\n "), 1 },    { SPAN("a@b"), SPAN("\r\n\t"), 1 },
	{ SPAN("a@b("), SPAN("\\)"), BAD }, { SPAN(""), SPAN(","), BAD },
	{ SPAN("a@b"), SPAN(","), 1 },	    { SPAN(""), SPAN("a@b,"), HOSTILE_BYTES / 4 },
	{ SPAN(""), SPAN("<"), BAD },	    { SPAN("a"), SPAN("<"), BAD },
	{ SPAN(""), SPAN("<a@b>"), BAD },   { SPAN(""), SPAN("\""), BAD },
	{ SPAN("a"), SPAN("\"\""), BAD },   { SPAN(""), SPAN("\"\\"), BAD },
	{ SPAN("a"), SPAN(" \"a"), BAD },   { SPAN(""), SPAN("a@"), BAD },
	{ SPAN(""), SPAN("@"), BAD },	    { SPAN(""), SPAN("a."), BAD },
	{ SPAN("a"), SPAN("."), BAD },	    { SPAN(""), SPAN("a "), BAD },
	{ SPAN(""), SPAN("a:"), BAD },	    { SPAN(""), SPAN("a:;"), BAD },
	{ SPAN(""), SPAN("a:;,"), 0 },	    { SPAN("a:"), SPAN(","), BAD },
	{ SPAN(""), SPAN(";"), BAD },	    { SPAN(""), SPAN("["), BAD },
	{ SPAN("a@["), SPAN("1"), BAD },    { SPAN("a@"), SPAN("b."), BAD },
	{ SPAN("a@"), SPAN("\xff"), 1 },    { SPAN(""), SPAN("\xff"), BAD },
	{ SPAN(""), SPAN("\0"), BAD },	    { SPAN("a@b"), SPAN("\0"), BAD },
	{ SPAN(""), SPAN("\\"), BAD },	    { SPAN(""), SPAN("=?"), BAD },
};

TEST(hostile_sizes_are_survived)
{
	static char text[HOSTILE_BYTES];
	struct mailbox box;

	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		size_t at = hostile[i].start.len, unit = hostile[i].unit.len;

		memcpy(text, hostile[i].start.p, at);
		for (; at + unit <= sizeof(text); at += unit)
			memcpy(text + at, hostile[i].unit.p, unit);
		harness_row("row %zu", i);
		CHECK_EQ(read_list(span_of(text, at), &box), hostile[i].n);
		mailbox_path_parse(flush(span_of(text, at)), NULL, &box);
	}
}

HARNESS_MAIN
