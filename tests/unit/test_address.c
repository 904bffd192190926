// SPDX-License-Identifier: Apache-2.0
#include "address.h"

#include "fixture.h"
#include "harness.h"

static enum parse_status parse(char family, const char *text, size_t len, struct address *out)
{
	return address_parse(family, span_of(guarded(text, len), len), out);
}

TEST(reads_and_writes)
{
	static const struct {
		char family;
		const char *text;
		uint8_t read_as;
		const char *written;
	} rows[] = {
		{ '4', "192.0.2.1", 4, "192.0.2.1" },
		{ '4', "0.0.0.0", 4, "0.0.0.0" },
		{ '4', "255.255.255.255", 4, "255.255.255.255" },
		{ '6', "2001:db8::77", 6, "2001:db8::77" },
		{ '6', "2001:0DB8:0:0:0:0:0:0077", 6, "2001:db8::77" },
		{ '6', "::1", 6, "::1" },
		{ '6', "::", 6, "::" },
		{ '6', "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 6,
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		/* Attacks F5: one address, one spelling. */
		{ '6', "::ffff:127.0.0.1", 4, "127.0.0.1" },
		{ '6', "::ffff:c000:201", 4, "192.0.2.1" },
		{ '6', "::fffe:192.0.2.1", 6, "::fffe:c000:201" },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct address address = { 0 };
		char text[ADDRESS_TEXT_MAX];

		harness_row("%s", rows[i].text);
		CHECK_EQ(parse(rows[i].family, rows[i].text, strlen(rows[i].text), &address),
			 PARSE_OK);
		CHECK_EQ(address.family, rows[i].read_as);
		address_format(&address, text);
		CHECK_BYTES(text, strlen(text), rows[i].written, strlen(rows[i].written));
	}
}

/* An address that was mapped looks in every byte like the one that was not. */
TEST(a_mapped_address_is_the_same_bytes)
{
	struct address mapped, plain;

	memset(&mapped, 0xaa, sizeof(mapped));
	memset(&plain, 0x55, sizeof(plain));
	CHECK_EQ(parse('6', "::ffff:192.0.2.1", 16, &mapped), PARSE_OK);
	CHECK_EQ(parse('4', "192.0.2.1", 9, &plain), PARSE_OK);
	CHECK_BYTES(&mapped, sizeof(mapped), &plain, sizeof(plain));
}

TEST(refuses_and_leaves_the_output)
{
	static const struct {
		char family;
		const char *text;
		size_t len;
	} rows[] = {
		{ '4', "", 0 },
		{ '6', "", 0 },
		{ '4', "unknown", 7 },
		{ '4', "192.0.2", 7 },
		{ '4', "192.0.2.256", 11 },
		{ '4', "192.0.2.1 ", 10 },
		{ '4', " 192.0.2.1", 10 },
		{ '4', "192.0.2.1\0", 10 },
		{ '4', "192.0\0.2.1", 10 },
		{ '4', "::1", 3 },
		{ '6', "192.0.2.1", 9 },
		{ '6', ":::", 3 },
		{ '6', "1:2:3:4:5:6:7:8:9", 17 },
		{ '6', "fe80::1%eth0", 12 },
		{ '6', "[::1]", 5 },
		{ '6', "IPv6:::1", 8 },
		{ '6', "2001:db8::77\0evil", 17 },
		{ '6', "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555", 46 },
		{ 'L', "192.0.2.1", 9 },
		{ 'U', "192.0.2.1", 9 },
		{ 4, "192.0.2.1", 9 },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct address address, before;

		harness_row("%s", rows[i].text);
		memset(&address, 0xaa, sizeof(address));
		before = address;
		CHECK_EQ(parse(rows[i].family, rows[i].text, rows[i].len, &address), PARSE_BAD);
		CHECK_BYTES(&address, sizeof(address), &before, sizeof(before));
	}
}

/* A span of no bytes may point nowhere. */
TEST(no_text)
{
	struct address address = { 0 };

	CHECK_EQ(address_parse('4', span_of(NULL, 0), &address), PARSE_BAD);
	CHECK_EQ(address_parse('6', span_of(NULL, 0), &address), PARSE_BAD);
}

TEST(unknown_is_written_so)
{
	const struct address none = { .family = ADDRESS_NONE };
	char text[ADDRESS_TEXT_MAX];

	address_format(&none, text);
	CHECK_BYTES(text, strlen(text), "unknown", 7);
}

HARNESS_MAIN
