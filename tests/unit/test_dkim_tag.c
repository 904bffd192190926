// SPDX-License-Identifier: Apache-2.0
/* RFC 6376 3.2 */
#include "dkim_tag.h"

#include <stdio.h>

#include "fixture.h"
#include "harness.h"

static struct dkim_tags tags;

static enum parse_status parse(struct span list)
{
	return dkim_tags_parse(span_of(guarded(list.p, list.len), list.len), &tags);
}

/* "NAME<VALUE>" of each tag. */
static const struct {
	struct span list;
	const char *tags; /* NULL: refused */
} rows[] = {
	{ SPAN(""), "" },
	{ SPAN("a=b"), "a<b>" },
	{ SPAN("a=b;"), "a<b>" },
	{ SPAN("a=b; "), "a<b>" },
	{ SPAN("a=b;c=d"), "a<b>c<d>" },
	{ SPAN(" a = b ; c\t=\td "), "a<b>c<d>" },
	{ SPAN("a=\n b\n ;\r\n c=d"), "a<b>c<d>" },
	{ SPAN("a\n\t=b"), "a<b>" },
	{ SPAN("a="), "a<>" },
	{ SPAN("a=;b= ;"), "a<>b<>" },
	{ SPAN("a=b=c==;"), "a<b=c==>" },
	{ SPAN("a=b c\td"), "a<b c\td>" },
	{ SPAN("a=b\n c"), "a<b\n c>" },
	{ SPAN("A=1;a=2"), "A<1>a<2>" }, /* names have case */
	{ SPAN("a_1=x"), "a_1<x>" },
	{ SPAN("a=m\xc3\xb8x"), "a<m\xc3\xb8x>" }, /* RFC 8616 5 */
	{ SPAN("a=~!\"#"), "a<~!\"#>" },
	{ SPAN(" "), NULL },
	{ SPAN(";"), NULL },
	{ SPAN("a=b;;"), NULL },
	{ SPAN("a=b; ;"), NULL },
	{ SPAN("a=b; ;c=d"), NULL },
	{ SPAN("a"), NULL },
	{ SPAN("a;b=c"), NULL },
	{ SPAN("=b"), NULL },
	{ SPAN("1a=b"), NULL },
	{ SPAN("_a=b"), NULL },
	{ SPAN("a-b=c"), NULL },
	{ SPAN("a b=c"), NULL },
	{ SPAN("a=b;a=b"), NULL },
	{ SPAN("x=1;a=b;x=2"), NULL },
	{ SPAN("a=b\n"), NULL },
	{ SPAN("a=b\nc=d"), NULL },
	{ SPAN("a=\n\n b"), NULL },
	{ SPAN("a=b\r c"), NULL },
	{ SPAN("a=b\0c"), NULL },
	{ SPAN("a=b\x7f"), NULL },
	{ SPAN("a=b\x01"), NULL },
};

TEST(lists)
{
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char text[256] = "";
		size_t len = 0;

		harness_row("%s", rows[i].list.p);
		if (!rows[i].tags) {
			CHECK_EQ(parse(rows[i].list), PARSE_BAD);
			continue;
		}
		if (!CHECK_EQ(parse(rows[i].list), PARSE_OK))
			continue;
		for (size_t k = 0; k < tags.n; k++)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%.*s<%.*s>",
						(int)tags.items[k].name.len, tags.items[k].name.p,
						(int)tags.items[k].value.len,
						tags.items[k].value.p);
		CHECK_BYTES(text, len, rows[i].tags, strlen(rows[i].tags));
	}
}

/* Every beginning of a list is read or refused, and never read beyond. */
TEST(cut_everywhere)
{
	struct span list = SPAN("v=1; a = rsa-sha256;\r\n\td=example.com; b=\n ab\n cd ;");

	for (size_t n = 0; n <= list.len; n++)
		parse(span_of(list.p, n));
	CHECK_EQ(parse(list), PARSE_OK);
}

/* 3.2: VALCHAR, and octets from 128 up, at each place of a value of more than eight octets. */
TEST(each_octet_anywhere_in_a_value)
{
	for (unsigned int octet = 0; octet < 256; octet++) {
		bool ends = octet == ' ' || octet == '\t' || octet == ';';
		bool good = ends || (octet > ' ' && octet != 0x7f);

		for (size_t at = 1; at < 20; at++) {
			char text[] = "p=xxxxxxxxxxxxxxxxxxxxx";
			struct span list = SPAN("p=xxxxxxxxxxxxxxxxxxxxx"), value;

			harness_row("octet %u at %zu", octet, at);
			text[2 + at] = (char)octet;
			list = span_of(text, octet == ';' ? 2 + at + 1 : list.len);
			CHECK_EQ(dkim_tags_parse(list, &tags), good ? PARSE_OK : PARSE_BAD);
			value = dkim_tags_find(&tags, SPAN("p"));
			if (good)
				CHECK_EQ(value.len, octet == ';' ? at : list.len - 2);
		}
	}
}

TEST(number_of_tags)
{
	char list[8 * (DKIM_TAGS_MAX + 1)];
	size_t len = 0;

	for (size_t n = 1; n <= DKIM_TAGS_MAX + 1; n++) {
		len += (size_t)snprintf(list + len, sizeof(list) - len, "t%zu=;", n);
		CHECK_EQ(parse(span_of(list, len)), n > DKIM_TAGS_MAX ? PARSE_BAD : PARSE_OK);
	}
}

TEST(find)
{
	CHECK_EQ(parse(SPAN("a=1;b=;B=2")), PARSE_OK);
	CHECK(span_eq(dkim_tags_find(&tags, SPAN("a")), SPAN("1")));
	CHECK(span_eq(dkim_tags_find(&tags, SPAN("B")), SPAN("2")));
	CHECK(dkim_tags_find(&tags, SPAN("b")).p && !dkim_tags_find(&tags, SPAN("b")).len);
	CHECK(!dkim_tags_find(&tags, SPAN("c")).p);
	CHECK(!dkim_tags_find(&tags, SPAN("")).p);
}

static void check_items(struct span list, const char *wanted)
{
	char text[64] = "";
	size_t len = 0;
	struct span item;

	harness_row("%s", wanted);
	while (dkim_tag_next_item(&list, &item))
		len += (size_t)snprintf(text + len, sizeof(text) - len, "<%.*s>", (int)item.len,
					item.p);
	CHECK_BYTES(text, len, wanted, strlen(wanted));
}

TEST(items)
{
	check_items(SPAN("a"), "<a>");
	check_items(SPAN("a:b"), "<a><b>");
	check_items(SPAN(" a :\n b\t"), "<a><b>");
	check_items(SPAN(""), "<>");
	check_items(SPAN(":"), "<><>");
	check_items(SPAN("a::b:"), "<a><><b><>");
	CHECK(dkim_tag_lists(SPAN("y : s"), SPAN("s")));
	CHECK(!dkim_tag_lists(SPAN("y:ss"), SPAN("s")));
	CHECK(!dkim_tag_lists(SPAN("S"), SPAN("s")));
}

HARNESS_MAIN
