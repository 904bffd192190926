// SPDX-License-Identifier: Apache-2.0
#include "readable.h"

#define LINE_MAX_BYTES 512

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* The length of the sequence that begins with such a byte; 0 if none does (RFC 3629 3). */
static size_t sequence_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* Not overlong, no surrogate, nothing beyond U+10FFFF, and no control character of C1. */
static bool second_fits(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xc2:
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second <= 0x9f;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second <= 0x8f;
	default:
		return true;
	}
}

static bool is_plain(char c)
{
	return c == '\n' || c == '\t' || (c >= ' ' && c != 0x7f);
}

/* The length of the character that s begins with; 0 if it must be escaped. */
static size_t character_length(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t len = sequence_length(p[0]);

	if (len == 1)
		return is_plain(s.p[0]);
	if (!len || len > s.len || !second_fits(p[0], p[1]))
		return 0;
	for (size_t i = 1; i < len; i++)
		if (!is_continuation(p[i]))
			return 0;
	return len;
}

void readable_put(struct outbuf *out, struct span value)
{
	while (value.len) {
		size_t len = character_length(value);

		if (len)
			outbuf_put(out, span_of(value.p, len));
		else
			outbuf_put_escaped(out, (unsigned char)value.p[0]);
		value = span_after(value, len ? len : 1);
	}
}

void readable_line(FILE *out, struct span value, size_t max)
{
	char one_line[LINE_MAX_BYTES], text[READABLE_BYTES(LINE_MAX_BYTES)];
	struct outbuf readable = outbuf_over(text, sizeof(text));
	size_t n = 0, i;

	if (max > sizeof(one_line))
		max = sizeof(one_line);
	for (i = 0; i < value.len && n < max; i++)
		if (value.p[i] == '\t')
			one_line[n++] = ' ';
		else if (value.p[i] != '\n')
			one_line[n++] = value.p[i];
	readable_put(&readable, span_of(one_line, n));
	fprintf(out, "%.*s%s", (int)readable.len, readable.p, i < value.len ? "..." : "");
}
