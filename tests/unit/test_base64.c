// SPDX-License-Identifier: Apache-2.0
#include "base64.h"

#include "fixture.h"
#include "harness.h"

static const struct {
	struct span text;
	struct span bytes; /* p NULL: refused */
} rows[] = {
	/* RFC 4648 10 */
	{ SPAN(""), SPAN("") },
	{ SPAN("Zg=="), SPAN("f") },
	{ SPAN("Zm8="), SPAN("fo") },
	{ SPAN("Zm9v"), SPAN("foo") },
	{ SPAN("Zm9vYg=="), SPAN("foob") },
	{ SPAN("Zm9vYmE="), SPAN("fooba") },
	{ SPAN("Zm9vYmFy"), SPAN("foobar") },
	{ SPAN("+/+/"), SPAN("\xfb\xff\xbf") },
	{ SPAN(" Z\tm\n 9\r\n v\n\t"), SPAN("foo") },
	{ SPAN("Zg = \n ="), SPAN("f") },
	{ SPAN("Zh=="), SPAN("f") }, /* bits beyond the last octet */
	{ SPAN("Zg="), { NULL, 0 } },
	{ SPAN("Zg"), { NULL, 0 } },
	{ SPAN("Z"), { NULL, 0 } },
	{ SPAN("Z==="), { NULL, 0 } },
	{ SPAN("===="), { NULL, 0 } },
	{ SPAN("Zg==Zg=="), { NULL, 0 } },
	{ SPAN("Zg=a"), { NULL, 0 } },
	{ SPAN("Zm9v="), { NULL, 0 } },
	{ SPAN("Zm9v-"), { NULL, 0 } },
	{ SPAN("Zm\0v"), { NULL, 0 } },
	{ SPAN("Zm9\xc3"), { NULL, 0 } },
};

TEST(texts)
{
	unsigned char out[16];

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct span text = rows[i].text;
		size_t len;

		harness_row("row %zu", i);
		text.p = guarded(text.p, text.len);
		if (!rows[i].bytes.p) {
			CHECK_EQ(base64_decode(text, out, sizeof(out), &len), PARSE_BAD);
			continue;
		}
		if (CHECK_EQ(base64_decode(text, out, sizeof(out), &len), PARSE_OK))
			CHECK_BYTES(out, len, rows[i].bytes.p, rows[i].bytes.len);
	}
}

/* A blank, or what is no letter, at each place of a text of more than is taken at once. */
TEST(blanks_and_others_anywhere)
{
	static const char text[] = "Zm9vYmFyZm9vYmFyZg==";

	for (size_t at = 0; at < sizeof(text); at++) {
		unsigned char out[16];
		char with[sizeof(text) + 1];
		size_t len;

		harness_row("at %zu", at);
		memcpy(with, text, at);
		memcpy(with + at + 1, text + at, sizeof(text) - at);
		with[at] = '\n';
		if (CHECK_EQ(base64_decode(span_of(with, sizeof(text)), out, sizeof(out), &len),
			     PARSE_OK))
			CHECK_BYTES(out, len, "foobarfoobarf", 13);
		with[at] = '-';
		CHECK_EQ(base64_decode(span_of(with, sizeof(text)), out, sizeof(out), &len),
			 PARSE_BAD);
	}
}

TEST(capacity)
{
	size_t len;

	for (size_t capacity = 0; capacity <= 6; capacity++) {
		unsigned char *out = (unsigned char *)guarded("......", capacity);

		harness_row("%zu", capacity);
		CHECK_EQ(base64_decode(SPAN("Zm9vYmE="), out, capacity, &len),
			 capacity < 5 ? PARSE_BAD : PARSE_OK);
	}
}

HARNESS_MAIN
