// SPDX-License-Identifier: Apache-2.0
#include "milter_frame.h"

#include <stdint.h>
#include <stdlib.h>

#include "harness.h"
#include "milter_wire.h"

static enum parse_status next(const void *bytes, size_t len, struct span *packet, size_t *wanted)
{
	return milter_frame_next(span_of(guarded(bytes, len), len), packet, wanted);
}

TEST(whole_packets)
{
	static const struct {
		const char *stream;
		size_t len, packet_len;
	} rows[] = {
		{ "\0\0\0\1A", 5, 1 },
		{ "\0\0\0\3Hx", 7, 3 },
		{ "\0\0\0\1A\0\0\0\1A\0\0\0\1Q", 15, 1 },
		{ "\0\0\0\1A\0", 6, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span packet = { 0 };
		size_t wanted = 77;

		harness_row("row %zu", i);
		CHECK_EQ(next(rows[i].stream, rows[i].len, &packet, &wanted), PARSE_OK);
		CHECK_BYTES(packet.p, packet.len, rows[i].stream + 4, rows[i].packet_len);
	}
}

/* Every prefix of a packet asks for more, says how much, and leaves packet alone. */
TEST(every_prefix_wants_more)
{
	static const char stream[] = "\0\0\0\6Hhello";

	for (size_t len = 0; len < 10; len++) {
		struct span packet = { stream, 99 };
		size_t wanted = 0;

		harness_row("%zu bytes", len);
		CHECK_EQ(next(stream, len, &packet, &wanted), PARSE_MORE);
		CHECK_EQ(wanted, len < 4 ? 4 : 10);
		CHECK(packet.p == stream && packet.len == 99);
	}
}

/* Zero, and over the limit: closed before anything is allocated or awaited. */
TEST(lengths_that_no_packet_has)
{
	static const char *const rows[] = {
		"\0\0\0\0A",
		"\xff\xff\xff\xff"
		"A",
		"\x80\0\0\0A",
		"\0\x10\0\1A",
		"\x7f\xff\xff\xff"
		"A",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span packet = { rows[i], 99 };
		size_t wanted = 0;

		harness_row("row %zu", i);
		CHECK_EQ(next(rows[i], 5, &packet, &wanted), PARSE_BAD);
		CHECK_EQ(next(rows[i], 4, &packet, &wanted), PARSE_BAD);
		CHECK(packet.p == rows[i] && packet.len == 99);
	}
}

/* The largest packet allowed is one of MILTER_PACKET_MAX_BYTES. */
TEST(the_largest_packet)
{
	size_t len = MILTER_LENGTH_BYTES + MILTER_PACKET_MAX_BYTES, wanted = 0;
	char *stream = calloc(1, len);
	struct span packet = { 0 };

	milter_put_u32(stream, MILTER_PACKET_MAX_BYTES);
	CHECK_EQ(next(stream, 4, &packet, &wanted), PARSE_MORE);
	CHECK_EQ(wanted, len);
	CHECK_EQ(next(stream, len - 1, &packet, &wanted), PARSE_MORE);
	CHECK_EQ(next(stream, len, &packet, &wanted), PARSE_OK);
	CHECK_EQ(packet.len, MILTER_PACKET_MAX_BYTES);
	milter_put_u32(stream, MILTER_PACKET_MAX_BYTES + 1);
	CHECK_EQ(next(stream, len, &packet, &wanted), PARSE_BAD);
	free(stream);
}

HARNESS_MAIN
