// SPDX-License-Identifier: Apache-2.0
#include "milter_reply.h"

#include "fixture.h"
#include "harness.h"

static char room[4096];

static struct outbuf fresh(void)
{
	memset(room, 0xaa, sizeof(room));
	return outbuf_over(room, sizeof(room));
}

/* A packet of the command and the data, with its length in front. */
static void check_packet(const struct outbuf *out, const char *packet, size_t len)
{
	char wanted[1024];

	milter_put_u32(wanted, (uint32_t)len);
	memcpy(wanted + 4, packet, len);
	CHECK(outbuf_ok(out));
	CHECK_BYTES(out->p, out->len, wanted, len + 4);
}

#define CHECK_PACKET(out, literal) check_packet(out, literal, sizeof(literal) - 1)

TEST(agreement)
{
	const struct milter_agreement agreed = { 6, 0x51, 0x1ff3d0 };
	struct outbuf out = fresh();

	milter_reply_agreement(&out, &agreed);
	CHECK_PACKET(&out, "O\0\0\0\6\0\0\0\x51\0\x1f\xf3\xd0");
}

TEST(plain)
{
	struct outbuf out = fresh();

	milter_reply_plain(&out, MILTER_CONTINUE);
	CHECK_PACKET(&out, "c");
	out = fresh();
	milter_reply_plain(&out, MILTER_ACCEPT);
	CHECK_PACKET(&out, "a");
}

/* One line that Postfix expands nothing in and splits nowhere. */
TEST(reply_code)
{
	static const struct {
		const char *text;
		size_t len;
		const char *sent;
	} rows[] = {
		{ "550 5.7.1 No", 12, "550 5.7.1 No" },
		{ "550 5.7.1 100%", 14, "550 5.7.1 100%%" },
		{ "550 %%", 6, "550 %%%%" },
		{ "550 a\rb", 7, "550 a b" },
		{ "550 a\0b", 7, "550 a b" },
		/* whatever is in a line, its codes are ours */
		{ "550 a\nb", 7, "550-a\r\n550 b" },
		{ "550 a\r\n250 b", 12, "550-a\r\n550 250 b" },
		{ "550 5.7.1 one\ntwo", 17, "550-5.7.1 one\r\n550 5.7.1 two" },
		{ "550 5.7.1 1\n\n3\n", 15, "550-5.7.1 1\r\n550-5.7.1 \r\n550 5.7.1 3" },
		{ "451 4.7.1 1\r\r\n2%", 16, "451-4.7.1 1 \r\n451 4.7.1 2%%" },
		{ "550 5.7 x\n1", 11, "550-5.7 x\r\n550 5.7 1" },
		{ "550 5.7.1x\n1", 12, "550-5.7.1x\r\n550 1" },
		{ "550 5.7.1 ", 10, "550 5.7.1 " },
		{ "550 5.7.1", 9, "550 5.7.1" },
		{ "550 ", 4, "550 " },
		{ "55", 2, "55" },
		{ "", 0, "" },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct outbuf out = fresh();

		harness_row("%s", rows[i].text);
		milter_reply_code(&out, span_of(guarded(rows[i].text, rows[i].len), rows[i].len));
		CHECK_EQ(out.len, 4 + 1 + strlen(rows[i].sent) + 1);
		CHECK_EQ(milter_get_u32(out.p), out.len - 4);
		CHECK_EQ(out.p[4], 'y');
		CHECK_BYTES(out.p + 5, out.len - 5, rows[i].sent, strlen(rows[i].sent) + 1);
	}
}

/* 980 bytes of a line, in which '%' counts twice. */
TEST(too_long_lines_of_replies_fail)
{
	static char text[2048] = "550 5.7.1 ";
	const size_t codes = strlen("550 5.7.1 ");

	for (size_t len = 975; len < 990; len++) {
		struct outbuf out = fresh();

		harness_row("%zu bytes", len);
		memset(text + codes, 'x', len);
		milter_reply_code(&out, span_of(text, codes + len));
		CHECK_EQ(outbuf_ok(&out), len <= 980);
		text[codes] = '%';
		out = fresh();
		milter_reply_code(&out, span_of(text, codes + len));
		CHECK_EQ(outbuf_ok(&out), len <= 979);
		text[codes + len / 2] = '\n';
		out = fresh();
		milter_reply_code(&out, span_of(text, codes + len));
		CHECK(outbuf_ok(&out));
	}
}

TEST(too_many_lines_of_replies_fail)
{
	char text[256] = "550 5.7.1 ";
	size_t len = strlen(text);

	for (int n = 1; n < 40; n++) {
		struct outbuf out = fresh();
		size_t lines = 1;

		harness_row("%d lines", n);
		text[len++] = 'x';
		milter_reply_code(&out, span_of(text, len));
		text[len++] = '\n';
		CHECK_EQ(outbuf_ok(&out), n <= 32);
		if (!outbuf_ok(&out))
			continue;
		for (size_t i = 0; i < out.len; i++)
			lines += out.p[i] == '\n';
		CHECK_EQ(lines, n);
		CHECK_BYTES(out.p + out.len - 12, 12, "550 5.7.1 x\0", 12);
		CHECK_EQ(out.p[8], n > 1 ? '-' : ' ');
	}
}

TEST(edits)
{
	static const struct {
		struct edit edit;
		const char *packet;
		size_t len;
	} rows[] = {
		{ { EDIT_CHANGE_HEADER, EDIT_RULE_RESULT, { "From", 4 }, 1, { " a@b", 4 } },
		  "m\0\0\0\1From\0 a@b\0",
		  15 },
		{ { EDIT_DELETE_HEADER, EDIT_RULE_RESULT, { "X", 1 }, 0x01020384, { NULL, 0 } },
		  "m\1\2\3\x84X\0\0",
		  8 },
		{ { EDIT_INSERT_HEADER, EDIT_RULE_RESULT, { "X", 1 }, 0, { "", 0 } },
		  "i\0\0\0\0X\0\0",
		  8 },
		{ { EDIT_INSERT_HEADER, EDIT_RULE_RESULT, { "X", 1 }, 0, { "v", 1 } },
		  "i\0\0\0\0X\0v\0",
		  9 },
		{ { EDIT_CHANGE_FROM, EDIT_RULE_RESULT, { NULL, 0 }, 0, { "<a@b>", 5 } },
		  "e<a@b>\0",
		  7 },
		{ { EDIT_QUARANTINE, EDIT_RULE_RESULT, { NULL, 0 }, 0, { "why\n", 4 } },
		  "qwhy\0",
		  5 },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct outbuf out = fresh();

		harness_row("row %zu", i);
		milter_reply_edit(&out, &rows[i].edit);
		check_packet(&out, rows[i].packet, rows[i].len);
	}
}

/* What came in a message must not become a line of its own on the way out. */
TEST(header_values_are_cleaned)
{
	static const struct {
		const char *value;
		size_t len;
		const char *sent;
	} rows[] = {
		{ "a\n b", 4, "a\n b" },
		{ "a\n\tb", 4, "a\n\tb" },
		{ "a\r\n b", 5, "a\n b" },
		{ "a\nb", 3, "a\n b" },
		{ "a\nBcc: x", 8, "a\n Bcc: x" },
		{ "a\r\nb", 4, "a\n b" },
		{ "a\rb", 3, "a b" },
		{ "a\0b", 3, "a b" },
		{ "a\n", 2, "a\n " },
		{ "a\r", 2, "a " },
		{ "\n\n", 2, "\n \n " },
		{ "a\n\r b", 5, "a\n   b" },
		{ "\xff\x80", 2, "\xff\x80" }, /* 8-bit */
		{ "", 0, "" },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct edit edit = {
			.op = EDIT_INSERT_HEADER,
			.name = SPAN("X"),
			.value = span_of(guarded(rows[i].value, rows[i].len), rows[i].len),
		};
		struct outbuf out = fresh();

		harness_row("row %zu", i);
		milter_reply_edit(&out, &edit);
		CHECK_BYTES(out.p + 11, out.len - 11, rows[i].sent, strlen(rows[i].sent) + 1);
		CHECK_EQ(milter_get_u32(out.p), out.len - 4);
	}
}

TEST(names_and_addresses_are_cleaned)
{
	const struct edit insert = {
		.op = EDIT_INSERT_HEADER,
		.name = span_of("X\r\nY\0Z", 6),
		.value = SPAN("v"),
	};
	const struct edit from = { .op = EDIT_CHANGE_FROM, .value = span_of("<a\r\nb\0@c>", 9) };
	struct outbuf out = fresh();

	milter_reply_edit(&out, &insert);
	CHECK_PACKET(&out, "i\0\0\0\0XYZ\0v\0");
	out = fresh();
	milter_reply_edit(&out, &from);
	CHECK_PACKET(&out, "e<ab@c>\0");
}

TEST(replies_follow_each_other)
{
	const struct edit edit = {
		EDIT_DELETE_HEADER, EDIT_RULE_TRUST_FIELD, { "X", 1 }, 1, { NULL, 0 }
	};
	struct outbuf out = fresh();

	milter_reply_edit(&out, &edit);
	milter_reply_plain(&out, MILTER_ACCEPT);
	CHECK_BYTES(out.p, out.len, "\0\0\0\x08m\0\0\0\1X\0\0\0\0\0\1a", 17);
}

TEST(what_does_not_fit_fails)
{
	const struct edit edit = {
		EDIT_INSERT_HEADER, EDIT_RULE_RESULT, { "Name", 4 }, 1, { "value", 5 }
	};
	const size_t whole = 4 + 1 + 4 + 5 + 6;
	char zeroes[32] = "";

	for (size_t capacity = 0; capacity <= whole; capacity++) {
		struct outbuf out = outbuf_over(guarded(zeroes, capacity), capacity);

		harness_row("%zu bytes", capacity);
		milter_reply_edit(&out, &edit);
		CHECK_EQ(outbuf_ok(&out), capacity == whole);
	}
}

TEST(actions)
{
	CHECK_EQ(milter_reply_action(EDIT_QUARANTINE), 0x20);
	CHECK_EQ(milter_reply_action(EDIT_CHANGE_HEADER), 0x10);
	CHECK_EQ(milter_reply_action(EDIT_DELETE_HEADER), 0x10);
	CHECK_EQ(milter_reply_action(EDIT_INSERT_HEADER), 0x01);
	CHECK_EQ(milter_reply_action(EDIT_CHANGE_FROM), 0x40);
}

HARNESS_MAIN
