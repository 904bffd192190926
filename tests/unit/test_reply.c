// SPDX-License-Identifier: Apache-2.0
#include "reply.h"

#include <string.h>

#include "harness.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

/* Reads with the given bytes at a time; how many packets there were, -1 after BAD. */
static int read_all(const char *bytes, size_t len, size_t step, struct reply out[8])
{
	struct reply_reader reader = { 0 };
	int n = 0;

	for (size_t at = 0; at < len; at += step) {
		size_t piece = len - at < step ? len - at : step;
		char *copy = guarded(bytes + at, piece);
		const char *p = copy;
		enum parse_status status;

		while ((status = reply_next(&reader, &p, copy + piece, &out[n])) == PARSE_OK)
			n++;
		if (status == PARSE_BAD)
			return -1;
		CHECK(p == copy + piece);
	}
	return n;
}

TEST(packets_are_read_in_any_pieces)
{
	static const char stream[] = "\0\0\0\x0dO\0\0\0\x06\0\0\x01\xff\0\x1f\xf0\x80"
				     "\0\0\0\x01"
				     "c"
				     "\0\0\0\x1ei\0\0\0\0Authentication-Results\0x\0"
				     "\0\0\0\x0ey550 5.7.1 no\0";

	for (size_t step = 1; step < sizeof(stream); step++) {
		struct reply replies[8];

		harness_row("%zu bytes at a time", step);
		if (!CHECK_EQ(read_all(BYTES(stream), step, replies), 4))
			return;
		CHECK_EQ(replies[0].command, 'O');
		CHECK_EQ(replies[0].len, 12);
		CHECK_EQ(milter_get_u32(replies[0].data + 8), 0x1ff080);
		CHECK_EQ(replies[1].command, 'c');
		CHECK_EQ(replies[1].len, 0);
		CHECK_EQ(replies[2].command, 'i');
		CHECK_EQ(replies[2].len, 29);
		CHECK_EQ(replies[3].command, 'y');
		CHECK(!memcmp(replies[3].data, "550 5.7.1", 9));
	}
}

TEST(lengths_that_no_packet_has)
{
	struct reply replies[8];

	CHECK_EQ(read_all(BYTES("\0\0\0\0"), 1, replies), -1);
	CHECK_EQ(read_all(BYTES("\0\x10\0\x01"), 4, replies), -1);
	CHECK_EQ(read_all(BYTES("\xff\xff\xff\xff"), 4, replies), -1);
}

TEST(what_ends_the_wait)
{
	static const char edits[] = "+2-behimpq", answers[] = "acrtdysf4";

	for (const char *p = edits; *p; p++)
		CHECK(!reply_is_final(&(struct reply){ .command = *p }));
	for (const char *p = answers; *p; p++)
		CHECK(reply_is_final(&(struct reply){ .command = *p }));
}

TEST(verdicts)
{
	static const struct {
		struct reply reply;
		enum reply_verdict verdict;
	} rows[] = {
		{ { 'a', 0, "" }, REPLY_ACCEPT },
		{ { 'c', 0, "" }, REPLY_ACCEPT },
		{ { 'r', 0, "" }, REPLY_REJECT },
		{ { 't', 0, "" }, REPLY_TEMPFAIL },
		{ { 'y', 9, "550 5.7.1" }, REPLY_REJECT },
		{ { 'y', 9, "451 4.7.1" }, REPLY_TEMPFAIL },
		{ { 'y', 0, "5" }, REPLY_OTHER },
		{ { 'y', 9, "250 2.0.0" }, REPLY_OTHER },
		{ { 'd', 0, "" }, REPLY_OTHER },
		{ { '4', 0, "" }, REPLY_OTHER },
		{ { 'Z', 0, "" }, REPLY_OTHER },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		harness_row("row %zu", i);
		CHECK_EQ(reply_verdict(&rows[i].reply), rows[i].verdict);
	}
}

TEST(verdicts_by_name)
{
	enum reply_verdict verdict = REPLY_OTHER;

	CHECK(reply_verdict_of("tempfail", &verdict) && verdict == REPLY_TEMPFAIL);
	CHECK(!reply_verdict_of("other", &verdict) && verdict == REPLY_TEMPFAIL);
	CHECK(!reply_verdict_of("", &verdict));
}

HARNESS_MAIN
