/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbuf - a bounded appender.
 *
 * The caller owns the memory.  What does not fit is not written at all, and the buffer is failed
 * from then on: append freely, ask outbuf_ok() once at the end.
 */
#ifndef EXOGATE_OUTBUF_H
#define EXOGATE_OUTBUF_H

#include <stdint.h>

#include "span.h"

struct outbuf {
	char *p;
	size_t len;
	size_t capacity;
	bool failed;
};

static inline struct outbuf outbuf_over(char *p, size_t capacity)
{
	return (struct outbuf){ .p = p, .capacity = capacity };
}

static inline bool outbuf_ok(const struct outbuf *out)
{
	return !out->failed;
}

static inline struct span outbuf_span(const struct outbuf *out)
{
	return span_of(out->p, out->len);
}

void outbuf_put(struct outbuf *out, struct span bytes);

static inline void outbuf_put_byte(struct outbuf *out, char byte)
{
	if (out->failed || out->len == out->capacity)
		out->failed = true;
	else
		out->p[out->len++] = byte;
}

/* As \xHH: for a byte that cannot be shown as it is. */
void outbuf_put_escaped(struct outbuf *out, unsigned char byte);

void outbuf_put_u32_be(struct outbuf *out, uint32_t value);

#endif
