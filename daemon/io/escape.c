// SPDX-License-Identifier: Apache-2.0
#include "escape.h"

#define ESCAPED_BYTES 4 /* of \xHH */

static bool is_plain(char byte)
{
	return byte > ' ' && byte < 0x7f && byte != '\\';
}

/* All of the value, in runs of what is plain. */
static void put_all(struct outbuf *out, struct span value)
{
	size_t from = 0;

	for (size_t i = 0; i < value.len; i++) {
		if (is_plain(value.p[i]))
			continue;
		outbuf_put(out, span_of(value.p + from, i - from));
		outbuf_put_escaped(out, (unsigned char)value.p[i]);
		from = i + 1;
	}
	outbuf_put(out, span_of(value.p + from, value.len - from));
}

void escape_put(struct outbuf *out, struct span value, size_t max)
{
	put_all(out, span_of(value.p, value.len < max ? value.len : max));
	if (value.len > max)
		outbuf_put(out, SPAN("..."));
}

/* How many bytes of the value take at most so many when they are escaped. */
static size_t count_fitting(struct span value, size_t room)
{
	size_t n = 0;

	for (; n < value.len; n++) {
		size_t needed = is_plain(value.p[n]) ? 1 : ESCAPED_BYTES;

		if (needed > room)
			break;
		room -= needed;
	}
	return n;
}

void escape_copy(struct span value, char *out, size_t size)
{
	struct outbuf text = outbuf_over(out, size - 1);
	size_t n = count_fitting(value, size - 1);

	if (n < value.len)
		n = count_fitting(value, size - 1 - (sizeof("...") - 1));
	escape_put(&text, value, n);
	out[text.len] = '\0';
}
