// SPDX-License-Identifier: Apache-2.0
#include "domain.h"

#include "harness.h"

#define L63 "a23456789012345678901234567890123456789012345678901234567890123"
#define L61 "a234567890123456789012345678901234567890123456789012345678901"

static const struct {
	struct span text;
	const char *normal; /* NULL: refused */
} rows[] = {
	{ SPAN("example.com"), "example.com" },
	{ SPAN("EXAMPLE.Com"), "example.com" },
	{ SPAN("example.com."), "example.com" },
	{ SPAN("localhost"), "localhost" },
	{ SPAN("xn--mnchen-3ya.example"), "xn--mnchen-3ya.example" },
	{ SPAN("node_1.example"), "node_1.example" },
	{ SPAN("123.456"), "123.456" },
	{ SPAN(L63 ".com"), L63 ".com" },
	{ SPAN(L63 "x.com"), NULL },
	{ SPAN(L63 "." L63 "." L63 "." L61), L63 "." L63 "." L63 "." L61 },
	{ SPAN(L63 "." L63 "." L63 "." L61 "."), L63 "." L63 "." L63 "." L61 },
	{ SPAN(L63 "." L63 "." L63 "." L61 "x"), NULL },
	{ SPAN(""), NULL },
	{ SPAN("."), NULL },
	{ SPAN(".."), NULL },
	{ SPAN(".com"), NULL },
	{ SPAN("a..com"), NULL },
	{ SPAN("a.com.."), NULL },
	{ SPAN(" a.com"), NULL },
	{ SPAN("a.com "), NULL },
	{ SPAN("a\n .com"), NULL },
	{ SPAN("a.com\0"), NULL },
	{ SPAN("a.com\0.evil.example"), NULL },
	{ SPAN("[192.0.2.1]"), NULL },
	{ SPAN("a(b).com"), NULL },
	{ SPAN("%s%n.example"), NULL },
	{ SPAN("m\xc3\xbcnchen.example"), NULL },
	{ SPAN("ban\xe2\x84\xaa.example"), NULL }, /* KELVIN SIGN */
	{ SPAN("\xef\xbd\x85xample.com"), NULL },  /* full-width e */
	{ SPAN("a\xe3\x80\x82"
	       "com"),
	  NULL }, /* ideographic full stop */
};

TEST(normal_form)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span text = rows[i].text;
		struct domain domain = { .len = 77 };
		enum parse_status status;

		harness_row("row %zu", i);
		status = domain_parse(span_of(guarded(text.p, text.len), text.len), &domain);
		CHECK_EQ(status, rows[i].normal ? PARSE_OK : PARSE_BAD);
		if (rows[i].normal)
			CHECK_BYTES(domain.text, domain.len, rows[i].normal,
				    strlen(rows[i].normal));
		else
			CHECK_EQ(domain.len, 77);
	}
}

TEST(long_text_is_refused)
{
	static char text[60000];

	memset(text, 'a', sizeof(text));
	for (size_t i = 63; i < sizeof(text); i += 64)
		text[i] = '.';
	CHECK_EQ(domain_parse(span_of(text, sizeof(text)), &(struct domain){ 0 }), PARSE_BAD);
}

HARNESS_MAIN
