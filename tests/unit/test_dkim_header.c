// SPDX-License-Identifier: Apache-2.0
/* RFC 6376 3.4.1, 3.4.2 and the example of 3.4.5 */
#include "dkim_header.h"

#include "fixture.h"
#include "fixture_dkim.h"
#include "harness.h"

static const struct {
	struct span name;
	struct span value;
	struct span simple;
	struct span relaxed;
} rows[] = {
	{ SPAN("A"), SPAN(" X"), SPAN("A: X\r\n"), SPAN("a:X\r\n") },
	{ SPAN("B "), SPAN(" Y\t\n\tZ  "), SPAN("B : Y\t\r\n\tZ  \r\n"), SPAN("b:Y Z\r\n") },
	{ SPAN("B "), SPAN(" Y\t\r\n\tZ  "), SPAN("B : Y\t\r\n\tZ  \r\n"), SPAN("b:Y Z\r\n") },
	{ SPAN("SubJect"), SPAN(""), SPAN("SubJect:\r\n"), SPAN("subject:\r\n") },
	{ SPAN("S"), SPAN("  \n \t"), SPAN("S:  \r\n \t\r\n"), SPAN("s:\r\n") },
	{ SPAN("S"), SPAN("a  b"), SPAN("S:a  b\r\n"), SPAN("s:a b\r\n") },
	{ SPAN("S"), SPAN("\n a\n\n b"), SPAN("S:\r\n a\r\n\r\n b\r\n"), SPAN("s:a b\r\n") },
	/* A line end alone is no blank; a CR alone is text. */
	{ SPAN("S"), SPAN("a\nb"), SPAN("S:a\r\nb\r\n"), SPAN("s:ab\r\n") },
	{ SPAN("S"), SPAN("a\r b\r"), SPAN("S:a\r b\r\r\n"), SPAN("s:a\r b\r\r\n") },
	{ SPAN("S"), SPAN("\xc3\xa4\0 \x80"), SPAN("S:\xc3\xa4\0 \x80\r\n"),
	  SPAN("s:\xc3\xa4\0 \x80\r\n") },
};

static void check(enum dkim_canon canon, struct span name, struct span value, struct span wanted,
		  size_t cut)
{
	struct dkim_hash *hash = fixture_dkim_hash();
	struct dkim_header header;
	struct dkim_sink sink;
	struct span kept;

	dkim_sink_init(&sink, &fixture_dkim_crypto, hash);
	dkim_header_begin(&header, canon, &sink, name);
	dkim_header_value(&header, span_of(guarded(value.p, cut), cut));
	dkim_header_value(&header,
			  span_of(guarded(value.p + cut, value.len - cut), value.len - cut));
	dkim_header_end(&header);
	dkim_sink_flush(&sink);
	kept = fixture_dkim_kept(hash);
	CHECK_BYTES(kept.p, kept.len, wanted.p, wanted.len);
}

TEST(fields)
{
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct span value = rows[i].value;

		for (size_t cut = 0; cut <= value.len; cut++) {
			harness_row("row %zu, cut %zu", i, cut);
			if (cut && cut < value.len && value.p[cut - 1] == '\r')
				continue;
			check(DKIM_SIMPLE, rows[i].name, value, rows[i].simple, cut);
			check(DKIM_RELAXED, rows[i].name, value, rows[i].relaxed, cut);
		}
	}
}

/* Values that fill the sink to its end, and go beyond. */
TEST(long_values)
{
	for (size_t len = DKIM_SINK_DIRECT - 4; len < 2 * DKIM_SINK_BYTES; len += 3) {
		char value[2 * DKIM_SINK_BYTES + 8], wanted[2 * DKIM_SINK_BYTES + 16] = "s:";

		memset(value, 'v', len);
		memset(wanted + 2, 'v', len);
		memcpy(wanted + 2 + len, "\r\n", 2);
		harness_row("%zu", len);
		check(DKIM_RELAXED, SPAN("s"), span_of(value, len), span_of(wanted, len + 4),
		      len / 2);
	}
}

HARNESS_MAIN
