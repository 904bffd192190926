// SPDX-License-Identifier: Apache-2.0
#include "milter_event.h"

#include <stdio.h>

#include "fixture.h"
#include "harness.h"

struct packet_row {
	const char *why;
	const char *packet;
	size_t len;
};

#define ROW(why, literal)                         \
	{                                         \
		why, literal, sizeof(literal) - 1 \
	}

static enum parse_status parse(const char *packet, size_t len, struct milter_event *out)
{
	return milter_event_parse(span_of(guarded(packet, len), len), out);
}

#define PARSE(literal, out) parse(literal, sizeof(literal) - 1, out)

static void check_span(struct span got, const char *wanted)
{
	CHECK_BYTES(got.p, got.len, wanted, strlen(wanted));
}

TEST(offer)
{
	struct milter_event ev;

	CHECK_EQ(PARSE("O\0\0\0\6\0\0\1\xff\0\x1f\xff\xff", &ev), PARSE_OK);
	CHECK_EQ(ev.type, MILTER_NEGOTIATE);
	CHECK_EQ(ev.offer.version, 6);
	CHECK_EQ(ev.offer.actions, 0x1ff);
	CHECK_EQ(ev.offer.steps, 0x1fffff);
	/* libmilter takes a longer one, too */
	CHECK_EQ(PARSE("O\0\0\0\6\0\0\1\xff\0\x1f\xff\xff\0\0\0\0x\0", &ev), PARSE_OK);
}

/* Unknown clients come in two shapes, IPv6 addresses in three. */
TEST(connect)
{
	static const struct {
		struct packet_row packet;
		const char *client;
	} rows[] = {
		{ ROW("v4", "Chost\0"
			    "4\xda\xee"
			    "192.0.2.1\0"),
		  "192.0.2.1" },
		{ ROW("v6", "C[::1]\0"
			    "6\xda\xee"
			    "2001:db8::77\0"),
		  "2001:db8::77" },
		{ ROW("v6 with prefix", "Chost\0"
					"6\0\0IPv6:2001:db8::77\0"),
		  "2001:db8::77" },
		{ ROW("v6 mapped", "Chost\0"
				   "6\0\0::ffff:192.0.2.1\0"),
		  "192.0.2.1" },
		{ ROW("local", "Clocalhost\0L\0\0/var/run/x\0"), "unknown" },
		{ ROW("unknown", "Cunknown\0U"), "unknown" },
		{ ROW("E2: v4 called unknown", "Cunknown\0"
					       "4\0\0unknown\0"),
		  "unknown" },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct milter_event ev;
		char text[ADDRESS_TEXT_MAX];

		harness_row("%s", rows[i].packet.why);
		if (!CHECK_EQ(parse(rows[i].packet.packet, rows[i].packet.len, &ev), PARSE_OK))
			continue;
		CHECK_EQ(ev.type, MILTER_CONNECT);
		check_span(ev.connect.host, rows[i].packet.packet + 1);
		address_format(&ev.connect.client, text);
		CHECK_BYTES(text, strlen(text), rows[i].client, strlen(rows[i].client));
	}
}

/* With and without brackets, 8-bit, parameters each with its NUL. */
TEST(paths)
{
	static const struct {
		struct packet_row packet;
		const char *address;
		const char *parameters;
		size_t parameters_len;
	} rows[] = {
		{ ROW("smtpd", "M<a@b.example>\0"), "<a@b.example>", "", 0 },
		{ ROW("null sender of smtpd", "M<>\0"), "<>", "", 0 },
		{ ROW("null sender of non_smtpd", "M\0"), "", "", 0 },
		{ ROW("parameters", "M<a@b>\0SIZE=1\0BODY=8BITMIME\0"), "<a@b>",
		  "SIZE=1\0BODY=8BITMIME\0", 21 },
		{ ROW("no equals sign", "M<a@b>\0SMTPUTF8\0"), "<a@b>", "SMTPUTF8\0", 9 },
		{ ROW("empty parameter", "R<a@b>\0\0"), "<a@b>", "\0", 1 },
		{ ROW("SMTPUTF8", "R<\xc3\xa4@b>\0"), "<\xc3\xa4@b>", "", 0 },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct milter_event ev;

		harness_row("%s", rows[i].packet.why);
		if (!CHECK_EQ(parse(rows[i].packet.packet, rows[i].packet.len, &ev), PARSE_OK))
			continue;
		CHECK_EQ(ev.type, rows[i].packet.packet[0]);
		check_span(ev.path.address, rows[i].address);
		CHECK_BYTES(ev.path.parameters.p, ev.path.parameters.len, rows[i].parameters,
			    rows[i].parameters_len);
	}
}

/* The value as it is, also empty, blank, or beginning with a line break. */
TEST(header)
{
	static const char *const values[] = { "v", "", " ", "\n mx", " a\n\tb", "\xff\xfe" };

	for (size_t i = 0; i < N_ELEMENTS(values); i++) {
		struct milter_event ev;
		char packet[64];
		size_t len = 6 + strlen(values[i]) + 1;

		memcpy(packet, "LName\0", 6);
		memcpy(packet + 6, values[i], strlen(values[i]) + 1);
		harness_row("%s", values[i]);
		if (!CHECK_EQ(parse(packet, len, &ev), PARSE_OK))
			continue;
		check_span(ev.header.name, "Name");
		check_span(ev.header.value, values[i]);
	}
}

TEST(an_empty_header_name)
{
	struct milter_event ev;

	CHECK_EQ(PARSE("L\0value\0", &ev), PARSE_OK); /* attacks G5 */
	check_span(ev.header.name, "");
	check_span(ev.header.value, "value");
}

TEST(chunks)
{
	struct milter_event ev;

	CHECK_EQ(PARSE("Ba\0b\r\n", &ev), PARSE_OK);
	CHECK_BYTES(ev.chunk.p, ev.chunk.len, "a\0b\r\n", 5);
	CHECK_EQ(PARSE("B", &ev), PARSE_OK);
	CHECK_EQ(ev.chunk.len, 0);
	CHECK_EQ(PARSE("E", &ev), PARSE_OK);
	CHECK_EQ(ev.chunk.len, 0);
	CHECK_EQ(PARSE("Elast", &ev), PARSE_OK); /* Sendmail's last chunk */
	check_span(ev.chunk, "last");
}

TEST(the_others)
{
	static const char commands[] = "ANTQK";
	struct milter_event ev;

	for (const char *c = commands; *c; c++) {
		CHECK_EQ(parse(c, 1, &ev), PARSE_OK);
		CHECK_EQ(ev.type, *c);
	}
	CHECK_EQ(PARSE("Hhelo.example\0", &ev), PARSE_OK);
	check_span(ev.helo, "helo.example");
	CHECK_EQ(PARSE("UFOO\0", &ev), PARSE_OK);
	check_span(ev.verb, "FOO");
	CHECK_EQ(PARSE("D7x\0y\0", &ev), PARSE_OK); /* an unknown class */
	CHECK_EQ(ev.macros.stage, '7');
}

TEST(refused_and_the_output_left)
{
	static const struct packet_row rows[] = {
		ROW("nothing", ""),
		ROW("unknown command", "z"),
		ROW("a reply of ours", "c"),
		ROW("NUL command", "\0"),
		ROW("offer cut", "O\0\0\0\6\0\0\1\xff\0\x1f\xff"),
		ROW("empty offer", "O"),
		ROW("macros without class", "D"),
		ROW("connect empty", "C"),
		ROW("connect host without NUL", "Chost"),
		ROW("connect without family", "Chost\0"),
		ROW("connect unknown family", "Chost\0X\0\0x\0"),
		ROW("connect without port", "Chost\0"
					    "4"),
		ROW("connect half a port", "Chost\0"
					   "4\0"),
		ROW("connect without address", "Chost\0"
					       "4\0\0"),
		ROW("connect address without NUL", "Chost\0"
						   "4\0\0"
						   "192.0.2.1"),
		ROW("connect more after address", "Chost\0"
						  "4\0\0"
						  "192.0.2.1\0x"),
		ROW("connect v4 with v6", "Chost\0"
					  "4\0\0"
					  "::1\0"),
		ROW("connect v6 with v4", "Chost\0"
					  "6\0\0"
					  "192.0.2.1\0"),
		ROW("connect v6 called unknown", "Chost\0"
						 "6\0\0unknown\0"),
		ROW("connect local without NUL", "Chost\0L\0\0/x"),
		ROW("helo empty", "H"),
		ROW("helo without NUL", "Hx"),
		ROW("helo twice", "Hx\0y\0"),
		ROW("mail empty", "M"),
		ROW("mail without NUL", "M<a@b>"),
		ROW("mail parameter without NUL", "M<a@b>\0SIZE=1"),
		ROW("rcpt without NUL", "R<a@b>"),
		ROW("header empty", "L"),
		ROW("header name without NUL", "LName"),
		ROW("header value without NUL", "LName\0value"),
		ROW("header without value", "LName\0"),
		ROW("B23, B24: NUL inside", "LName\0va\0lue\0"),
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct milter_event ev, before;

		harness_row("%s", rows[i].why);
		memset(&ev, 0xaa, sizeof(ev));
		before = ev;
		CHECK_EQ(parse(rows[i].packet, rows[i].len, &ev), PARSE_BAD);
		CHECK_BYTES(&ev, sizeof(ev), &before, sizeof(before));
	}
}

/* No prefix of a valid packet is read beyond its end. */
TEST(every_prefix_is_safe)
{
	static const struct packet_row rows[] = {
		ROW("connect", "Chost\0"
			       "6\xda\xee"
			       "2001:db8::77\0"),
		ROW("mail", "M<a@b.example>\0SIZE=1\0"),
		ROW("header", "LName\0value\0"),
		ROW("offer", "O\0\0\0\6\0\0\1\xff\0\x1f\xff\xff"),
		ROW("macros", "DM{x}\0y\0i\0"
			      "4ABC\0"),
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		for (size_t len = 0; len <= rows[i].len; len++) {
			struct milter_event ev;
			struct span name, value;

			if (parse(rows[i].packet, len, &ev) != PARSE_OK || ev.type != MILTER_MACROS)
				continue;
			while (milter_macro_next(&ev.macros.pairs, &name, &value))
				CHECK(name.p + name.len <= value.p);
		}
}

/* An odd number of strings; names with and without braces are one. */
TEST(macros)
{
	static const struct {
		const char *pairs;
		size_t len;
		const char *read;
	} rows[] = {
		{ "i\0"
		  "4ABC\0",
		  7, "i=4ABC;" },
		{ "{i}\0"
		  "4ABC\0{auth_type}\0PLAIN\0",
		  27, "i=4ABC;auth_type=PLAIN;" },
		{ "{x}\0\0y\0z\0", 9, "x=;y=z;" },
		{ "a\0b\0c\0", 6, "a=b;" },
		{ "a\0b\0c\0d", 7, "a=b;" },
		{ "a\0b\0c", 5, "a=b;" },
		{ "a\0b", 3, "" },
		{ "\0\0", 2, "=;" },
		{ "{\0b\0", 4, "{=b;" },
		{ "{}\0b\0", 5, "=b;" },
		{ "{x\0b\0", 5, "{x=b;" },
		{ "a\0b\0a\0c\0", 8, "a=b;a=c;" },
		{ "", 0, "" },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct span pairs = span_of(guarded(rows[i].pairs, rows[i].len), rows[i].len);
		struct span name, value;
		char read[64] = "";
		size_t len = 0;

		harness_row("row %zu", i);
		while (milter_macro_next(&pairs, &name, &value))
			len += (size_t)snprintf(read + len, sizeof(read) - len, "%.*s=%.*s;",
						(int)name.len, name.p, (int)value.len, value.p);
		CHECK_BYTES(read, len, rows[i].read, strlen(rows[i].read));
	}
}

HARNESS_MAIN
