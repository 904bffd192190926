// SPDX-License-Identifier: Apache-2.0
#include "outbuf.h"

void outbuf_put(struct outbuf *out, struct span bytes)
{
	if (out->failed || bytes.len > out->capacity - out->len) {
		out->failed = true;
		return;
	}
	if (bytes.len)
		memcpy(out->p + out->len, bytes.p, bytes.len);
	out->len += bytes.len;
}

void outbuf_put_u32_be(struct outbuf *out, uint32_t value)
{
	char bytes[4] = { (char)(value >> 24), (char)(value >> 16), (char)(value >> 8),
			  (char)value };

	outbuf_put(out, span_of(bytes, sizeof(bytes)));
}

void outbuf_put_escaped(struct outbuf *out, unsigned char byte)
{
	static const char hex[] = "0123456789abcdef";
	const char text[] = { '\\', 'x', hex[byte >> 4], hex[byte & 15] };

	outbuf_put(out, span_of(text, sizeof(text)));
}
