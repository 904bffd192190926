// SPDX-License-Identifier: Apache-2.0
/* The classifier on the host.  The packet table in tests/xdp runs it in the kernel. */
#include "classify.h"
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N(table)  (sizeof(table) / sizeof((table)[0]))
#define FRAME_MAX 4096

/* Headers in hex.  Extension headers are named by what follows them. */
#define MAC		      "020000000002020000000001"
#define TAG(tpid, id)	      tpid id
#define SRC4		      "285c0102"
#define SRC6		      "2a010111f40000000000000000000001"
#define DST6		      "20010db8000000000000000000000019"
#define IP4(ihl, frag, proto) ihl "0000280001" frag "40" proto "0000" SRC4 "c6336401"
#define IP6(next)	      "600000000014" next "40" SRC6 DST6
#define EXT(next)	      next "00010400000000"
#define EXT_16(next)	      next "01010c000000000000000000000000"
#define AH_12(next)	      next "0100000000000100000001"
#define FRAG(next, offset)    next "ff" offset "00000001"
#define TCP(dport)	      "9c40" dport "00000000000000005002200000000000"
#define ETH4		      MAC "0800"
#define ETH6		      MAC "86dd"

struct frame {
	unsigned char bytes[FRAME_MAX];
	size_t len;
};

static void put(struct frame *frame, const char *hex)
{
	for (; *hex; hex += 2) {
		const char digits[3] = { hex[0], hex[1], '\0' };

		frame->bytes[frame->len++] = (unsigned char)strtoul(digits, NULL, 16);
	}
}

static struct frame frame_of(const char *hex)
{
	struct frame frame = { .len = 0 };

	put(&frame, hex);
	return frame;
}

static const struct exogate_config any_smtp = { .protected_n = 1, .protected = { { .port = 25 } } };

/* Of the first len bytes, against the guard page. */
static enum exogate_reason classify_part(const struct frame *frame, size_t len,
					 struct classify_packet *packet)
{
	const char *data = guarded(frame->bytes, len);

	return classify_frame(data, data + len, &any_smtp, packet);
}

static const struct {
	const char *hex;
	enum exogate_reason reason;
} rows[] = {
	{ ETH4 IP4("45", "0000", "06") TCP("0019"), EXOGATE_UNLISTED },
	{ ETH4 IP4("45", "4000", "06") TCP("0019"), EXOGATE_UNLISTED },
	{ ETH4 IP4("45", "8000", "06") TCP("0019"), EXOGATE_UNLISTED },
	{ ETH4 IP4("45", "0000", "06") TCP("1900"), EXOGATE_UNPROTECTED },
	{ ETH4 IP4("45", "0000", "11") TCP("0019"), EXOGATE_NOT_TCP },
	{ ETH4 IP4("46", "0000", "06") "01010019" TCP("0019"), EXOGATE_UNLISTED },
	{ ETH4 IP4("46", "0000", "06") "01010019" TCP("01bb"), EXOGATE_UNPROTECTED },
	{ ETH4 IP4("44", "0000", "06") TCP("0019"), EXOGATE_MALFORMED },
	{ ETH4 IP4("40", "0000", "06") TCP("0019"), EXOGATE_MALFORMED },
	{ ETH4 IP4("4f", "0000", "06") TCP("0019"), EXOGATE_MALFORMED },
	{ ETH4 IP4("65", "0000", "06") TCP("0019"), EXOGATE_MALFORMED },
	{ ETH4 IP4("45", "2000", "06") TCP("0019"), EXOGATE_UNLISTED },
	{ ETH4 IP4("45", "2001", "06") TCP("0019"), EXOGATE_TINY_FRAGMENT },
	{ ETH4 IP4("45", "0001", "06") TCP("0019"), EXOGATE_TINY_FRAGMENT },
	{ ETH4 IP4("45", "0002", "06") TCP("0019"), EXOGATE_FRAGMENT },
	{ ETH4 IP4("45", "3fff", "06") TCP("0019"), EXOGATE_FRAGMENT },
	{ ETH4 IP4("45", "0001", "11") TCP("0019"), EXOGATE_NOT_TCP },
	{ ETH6 IP6("06") TCP("0019"), EXOGATE_UNLISTED },
	{ ETH6 IP6("06") TCP("1900"), EXOGATE_UNPROTECTED },
	{ ETH6 IP6("11") TCP("0019"), EXOGATE_NOT_TCP },
	{ ETH6 IP6("3b") TCP("0019"), EXOGATE_NOT_TCP },
	{ ETH6 IP6("32") TCP("0019"), EXOGATE_NOT_TCP },
	{ ETH6 "4000000000140640" SRC6 DST6 TCP("0019"), EXOGATE_MALFORMED },
	{ ETH6 IP6("00") EXT("06") TCP("0019"), EXOGATE_UNLISTED },
	{ ETH6 IP6("2b") EXT("06") TCP("0019"), EXOGATE_UNLISTED },
	{ ETH6 IP6("3c") EXT_16("06") TCP("0019"), EXOGATE_UNLISTED },
	{ ETH6 IP6("87") EXT("06") TCP("0019"), EXOGATE_UNLISTED },
	{ ETH6 IP6("33") AH_12("06") TCP("0019"), EXOGATE_UNLISTED },
	{ ETH6 IP6("00") EXT("2b") EXT("33") AH_12("3c") EXT("06") TCP("0019"), EXOGATE_UNLISTED },
	{ ETH6 IP6("3c") EXT("06") TCP("01bb"), EXOGATE_UNPROTECTED },
	{ ETH6 IP6("3c") EXT("11") TCP("0019"), EXOGATE_NOT_TCP },
	{ ETH6 IP6("3c") "06ff010400000000" TCP("0019"), EXOGATE_CHAIN_CUT },
	{ ETH6 IP6("2c") FRAG("06", "0000") TCP("0019"), EXOGATE_UNLISTED },
	{ ETH6 IP6("2c") FRAG("06", "0001") TCP("0019"), EXOGATE_UNLISTED },
	{ ETH6 IP6("2c") FRAG("06", "0008") TCP("0019"), EXOGATE_FRAGMENT },
	{ ETH6 IP6("2c") FRAG("3c", "0009") EXT("06") TCP("0019"), EXOGATE_FRAGMENT },
	{ ETH6 IP6("2c") FRAG("2c", "0000") FRAG("06", "0000") TCP("0019"), EXOGATE_UNLISTED },
	{ ETH6 IP6("2c") FRAG("3c", "0001") EXT("06"), EXOGATE_PORTS_CUT },
	{ MAC TAG("8100", "0000") "0800" IP4("45", "0000", "06") TCP("0019"), EXOGATE_UNLISTED },
	{ MAC TAG("88a8", "0064") TAG("8100", "0065") "86dd" IP6("06") TCP("0019"),
	  EXOGATE_UNLISTED },
	{ MAC TAG("8100", "0000") "0806", EXOGATE_NOT_IP },
	{ MAC TAG("8100", "00"), EXOGATE_MALFORMED },
	{ MAC TAG("9100", "0000") "0800" IP4("45", "0000", "06") TCP("0019"), EXOGATE_NOT_IP },
	{ MAC "0806", EXOGATE_NOT_IP },
	{ MAC "0026424203", EXOGATE_NOT_IP },
};

TEST(reasons)
{
	for (size_t i = 0; i < N(rows); i++) {
		struct frame frame = frame_of(rows[i].hex);
		struct classify_packet packet = { 0 };

		harness_row("row %zu", i);
		CHECK_EQ(classify_part(&frame, frame.len, &packet), rows[i].reason);
	}
}

TEST(source_is_the_ip_source)
{
	static const struct {
		const char *hex;
		__u32 family;
		const char *source;
	} sources[] = {
		{ ETH4 IP4("45", "0000", "06") TCP("0019"), 4, SRC4 },
		{ ETH4 IP4("46", "0000", "06") "01010101" TCP("0019"), 4, SRC4 },
		{ MAC TAG("8100", "0000") "0800" IP4("45", "0000", "06") TCP("0019"), 4, SRC4 },
		{ ETH6 IP6("06") TCP("0019"), 6, SRC6 },
		{ ETH6 IP6("3c") EXT("06") TCP("0019"), 6, SRC6 },
	};

	for (size_t i = 0; i < N(sources); i++) {
		struct frame frame = frame_of(sources[i].hex), wanted = frame_of(sources[i].source);
		struct classify_packet packet = { 0 };

		harness_row("row %zu", i);
		CHECK_EQ(classify_part(&frame, frame.len, &packet), EXOGATE_UNLISTED);
		if (CHECK_EQ(packet.family, sources[i].family))
			CHECK_BYTES(packet.source, wanted.len, wanted.bytes, wanted.len);
	}
}

/* From which length on a frame gets which reason: each row holds until the next begins. */
TEST(truncation)
{
	static const struct {
		const char *hex;
		struct {
			size_t from;
			enum exogate_reason reason;
		} steps[6];
	} cuts[] = {
		{ ETH4 IP4("45", "0000", "06") TCP("0019"),
		  { { 0, EXOGATE_MALFORMED },
		    { 34, EXOGATE_PORTS_CUT },
		    { 38, EXOGATE_UNLISTED } } },
		{ ETH4 IP4("46", "0000", "06") "01010101" TCP("0019"),
		  { { 0, EXOGATE_MALFORMED },
		    { 38, EXOGATE_PORTS_CUT },
		    { 42, EXOGATE_UNLISTED } } },
		{ ETH6 IP6("06") TCP("0019"),
		  { { 0, EXOGATE_MALFORMED },
		    { 54, EXOGATE_PORTS_CUT },
		    { 58, EXOGATE_UNLISTED } } },
		{ ETH6 IP6("3c") EXT_16("2c") FRAG("06", "0001") TCP("0019"),
		  { { 0, EXOGATE_MALFORMED },
		    { 54, EXOGATE_CHAIN_CUT },
		    { 78, EXOGATE_PORTS_CUT },
		    { 82, EXOGATE_UNLISTED } } },
		{ ETH6 IP6("33") AH_12("06") TCP("01bb"),
		  { { 0, EXOGATE_MALFORMED },
		    { 54, EXOGATE_CHAIN_CUT },
		    { 66, EXOGATE_PORTS_CUT },
		    { 70, EXOGATE_UNPROTECTED } } },
		{ ETH6 IP6("2c") FRAG("06", "0008"),
		  { { 0, EXOGATE_MALFORMED },
		    { 54, EXOGATE_CHAIN_CUT },
		    { 62, EXOGATE_FRAGMENT } } },
		{ MAC TAG("8100", "0000") TAG("8100", "0000") "0806",
		  { { 0, EXOGATE_MALFORMED }, { 22, EXOGATE_NOT_IP } } },
	};

	for (size_t i = 0; i < N(cuts); i++) {
		struct frame frame = frame_of(cuts[i].hex);
		size_t step = 0;

		for (size_t len = 0; len <= frame.len; len++) {
			struct classify_packet packet;

			if (len && step + 1 < N(cuts[i].steps) &&
			    cuts[i].steps[step + 1].from == len)
				step++;
			harness_row("row %zu, %zu bytes", i, len);
			CHECK_EQ(classify_part(&frame, len, &packet), cuts[i].steps[step].reason);
		}
	}
}

TEST(tag_limit)
{
	for (int n = 0; n <= LINK_TAGS_MAX + 4; n++) {
		struct frame frame = frame_of(MAC);
		struct classify_packet packet;

		for (int i = 0; i < n; i++)
			put(&frame, i % 2 ? TAG("8100", "0000") : TAG("88a8", "0fff"));
		put(&frame, "0800" IP4("45", "0000", "06") TCP("0019"));
		harness_row("%d tags", n);
		CHECK_EQ(classify_part(&frame, frame.len, &packet),
			 n <= LINK_TAGS_MAX ? EXOGATE_UNLISTED : EXOGATE_TAG_LIMIT);
	}
}

TEST(extension_limit)
{
	for (int n = 1; n <= EXTENSION_HEADERS_MAX + 4; n++) {
		struct frame frame = frame_of(ETH6 IP6("3c"));
		struct classify_packet packet;

		for (int i = 1; i < n; i++)
			put(&frame, EXT("3c"));
		put(&frame, EXT("06") TCP("0019"));
		harness_row("%d extension headers", n);
		CHECK_EQ(classify_part(&frame, frame.len, &packet),
			 n <= EXTENSION_HEADERS_MAX ? EXOGATE_UNLISTED : EXOGATE_EXTENSION_LIMIT);
	}
}

TEST(port_is_the_given_one)
{
	static const struct exogate_config other = { .protected_n = 1,
						     .protected = { { .port = 65534 } } };
	struct frame frame = frame_of(ETH4 IP4("45", "0000", "06") TCP("fffe"));
	const char *data = guarded(frame.bytes, frame.len);
	struct classify_packet packet;

	CHECK_EQ(classify_frame(data, data + frame.len, &other, &packet), EXOGATE_UNLISTED);
	CHECK_EQ(packet.port, 65534);
	CHECK_EQ(classify_frame(data, data + frame.len, &any_smtp, &packet), EXOGATE_UNPROTECTED);
}

/* Address and port belong together, and only to the address's own family. */
TEST(endpoints)
{
	static const struct exogate_config config = {
		.protected_n = 3,
		.protected = {
			{ .family = 4, .port = 25, .addr = { 198, 51, 100, 1 } },
			{ .family = 4, .port = 26, .addr = { 198, 51, 100, 2 } },
			{ .family = 6, .port = 25,
			  .addr = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x19 } },
		},
	};
	static const struct {
		const char *hex;
		enum exogate_reason reason;
	} to[] = {
		{ ETH4 IP4("45", "0000", "06") TCP("0019"), EXOGATE_UNLISTED },
		{ ETH4 IP4("45", "0000", "06") TCP("001a"), EXOGATE_UNPROTECTED },
		{ ETH4 "450000280001000040060000" SRC4 "c6336402" TCP("0019"),
		  EXOGATE_UNPROTECTED },
		{ ETH4 "450000280001000040060000" SRC4 "c6336402" TCP("001a"), EXOGATE_UNLISTED },
		{ ETH4 "450000280001000040060000" SRC4 "c6336403" TCP("0019"),
		  EXOGATE_UNPROTECTED },
		{ ETH6 IP6("06") TCP("0019"), EXOGATE_UNLISTED },
		{ ETH6 IP6("06") TCP("001a"), EXOGATE_UNPROTECTED },
		{ ETH6 "6000000000140640" SRC6 "20010db800000000000000000000001a" TCP("0019"),
		  EXOGATE_UNPROTECTED },
		/* c633:6401:: begins with the bytes of 198.51.100.1 */
		{ ETH6 "6000000000140640" SRC6 "c6336401000000000000000000000000" TCP("0019"),
		  EXOGATE_UNPROTECTED },
		/* to an address that is not protected, nothing is harmed */
		{ ETH4 "450000280001000140060000" SRC4 "c6336403" TCP("0019"),
		  EXOGATE_UNPROTECTED },
		{ ETH4 "450000280001000140060000" SRC4 "c6336401" TCP("0019"),
		  EXOGATE_TINY_FRAGMENT },
		/* with options, such as a source route, only the port is sure */
		{ ETH4 "460000280001000040060000" SRC4 "c6336403"
		       "01010101" TCP("0019"),
		  EXOGATE_UNLISTED },
		{ ETH4 "460000280001000040060000" SRC4 "c6336403"
		       "01010101" TCP("001a"),
		  EXOGATE_UNLISTED },
		{ ETH4 "460000280001000040060000" SRC4 "c6336403"
		       "01010101" TCP("001b"),
		  EXOGATE_UNPROTECTED },
	};

	for (size_t i = 0; i < N(to); i++) {
		struct frame frame = frame_of(to[i].hex);
		const char *data = guarded(frame.bytes, frame.len);
		struct classify_packet packet = { 0 };

		harness_row("row %zu", i);
		CHECK_EQ(classify_frame(data, data + frame.len, &config, &packet), to[i].reason);
	}
}

/* One flipped byte must neither read outside the frame nor give a reason outside the table. */
TEST(every_byte_with_every_value)
{
	for (size_t i = 0; i < N(rows); i++) {
		struct frame frame = frame_of(rows[i].hex);
		char *data = guarded(frame.bytes, frame.len);

		for (size_t at = 0; at < frame.len; at++) {
			for (int value = 0; value < 256; value++) {
				struct classify_packet packet;

				data[at] = (char)value;
				if (classify_frame(data, data + frame.len, &any_smtp, &packet) >=
				    EXOGATE_REASON_N)
					harness_fail(__FILE__, __LINE__, "row %zu", i);
			}
			data[at] = (char)frame.bytes[at];
		}
	}
}

/* The bit mask agrees with the table that it is made from. */
TEST(verdicts)
{
#define ROW(id, name, verdict, meaning) { #id, EXOGATE_##id, XDP_##verdict },
	static const struct {
		const char *id;
		enum exogate_reason reason;
		int verdict;
	} table[] = { EXOGATE_REASONS(ROW) };
#undef ROW

	CHECK_EQ(N(table), EXOGATE_REASON_N);
	for (size_t i = 0; i < N(table); i++) {
		harness_row("%s", table[i].id);
		CHECK_EQ(exogate_verdict(table[i].reason), table[i].verdict);
	}
}

HARNESS_MAIN
