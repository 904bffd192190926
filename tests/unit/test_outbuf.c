// SPDX-License-Identifier: Apache-2.0
#include "outbuf.h"

#include "harness.h"

static char *room(size_t len)
{
	static const char zeroes[64];

	return guarded(zeroes, len);
}

TEST(appends_in_order)
{
	struct outbuf out = outbuf_over(room(8), 8);

	outbuf_put(&out, SPAN("abc"));
	outbuf_put(&out, span_of(NULL, 0));
	outbuf_put_byte(&out, '\0');
	outbuf_put_u32_be(&out, 0x01020384);
	CHECK(outbuf_ok(&out));
	CHECK_BYTES(outbuf_span(&out).p, outbuf_span(&out).len, "abc\0\x01\x02\x03\x84", 8);
}

TEST(escapes_a_byte)
{
	struct outbuf out = outbuf_over(room(9), 9);

	outbuf_put_escaped(&out, 0x00);
	outbuf_put_escaped(&out, 0xaf);
	CHECK_BYTES(outbuf_span(&out).p, outbuf_span(&out).len, "\\x00\\xaf", 8);
	outbuf_put_escaped(&out, 0x00);
	CHECK(!outbuf_ok(&out));
	CHECK_EQ(out.len, 8);
}

TEST(what_does_not_fit_is_not_written_at_all)
{
	struct outbuf out = outbuf_over(room(4), 4);

	outbuf_put(&out, SPAN("abc"));
	outbuf_put(&out, SPAN("de"));
	CHECK(!outbuf_ok(&out));
	CHECK_BYTES(out.p, out.len, "abc", 3);
	CHECK_EQ(out.p[3], 0);
}

TEST(stays_failed)
{
	struct outbuf out = outbuf_over(room(4), 4);

	outbuf_put(&out, SPAN("abcde"));
	outbuf_put_byte(&out, 'a');
	outbuf_put(&out, span_of(NULL, 0));
	CHECK(!outbuf_ok(&out));
	CHECK_EQ(out.len, 0);
}

TEST(fills_to_the_last_byte)
{
	struct outbuf out = outbuf_over(room(4), 4);

	outbuf_put_u32_be(&out, 0xffffffffu);
	CHECK(outbuf_ok(&out));
	outbuf_put(&out, span_of(NULL, 0));
	CHECK(outbuf_ok(&out));
	outbuf_put_byte(&out, 'a');
	CHECK(!outbuf_ok(&out));
}

TEST(none_at_all)
{
	struct outbuf out = outbuf_over(NULL, 0);

	CHECK(outbuf_ok(&out));
	outbuf_put_byte(&out, 'a');
	CHECK(!outbuf_ok(&out));
}

/* A length near SIZE_MAX must not wrap the sum with what is there. */
TEST(an_absurd_length_does_not_wrap)
{
	struct outbuf out = outbuf_over(room(4), 4);

	outbuf_put(&out, SPAN("abc"));
	outbuf_put(&out, span_of("x", SIZE_MAX - 1));
	CHECK(!outbuf_ok(&out));
	CHECK_EQ(out.len, 3);
}

HARNESS_MAIN
