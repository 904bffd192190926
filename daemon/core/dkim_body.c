// SPDX-License-Identifier: Apache-2.0
#include "dkim_body.h"

#include <assert.h>

#include "dkim_block.h"

/* Held back line ends are put so many at a time. */
#define LINE_ENDS_AT_ONCE 64

#define LINE_ENDS_8 "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n"

void dkim_body_begin(struct dkim_body *body, enum dkim_canon canon, struct dkim_sink *sink,
		     uint64_t limit)
{
	body->canon = canon;
	body->sink = sink;
	body->limit = limit;
	body->put = 0;
	body->beyond = body->text = body->cr = body->blank = false;
	body->line_ends = 0;
	body->len = 0;
}

/* --- into the sink ---------------------------------------------------------------------------- */

static void put(struct dkim_body *body, struct span bytes)
{
	uint64_t left = body->limit - body->put;

	body->text = true;
	if (bytes.len > left) {
		body->beyond = true;
		bytes.len = left;
	}
	body->put += bytes.len;
	dkim_sink_put(body->sink, bytes);
}

/* What is held back was not the end of the body: text follows. */
static void put_line_ends(struct dkim_body *body)
{
	static const char line_ends[] = LINE_ENDS_8 LINE_ENDS_8 LINE_ENDS_8 LINE_ENDS_8 LINE_ENDS_8
		LINE_ENDS_8 LINE_ENDS_8 LINE_ENDS_8;

	while (body->line_ends && !body->beyond) {
		uint64_t n = body->line_ends < LINE_ENDS_AT_ONCE ? body->line_ends :
								   LINE_ENDS_AT_ONCE;

		put(body, span_of(line_ends, 2 * n));
		body->line_ends -= n;
	}
}

/* All that is gathered, but for the line ends at its end. */
static void put_gathered(struct dkim_body *body)
{
	size_t len = body->len, n = 0;

	while (len >= 2 && body->bytes[len - 2] == '\r' && body->bytes[len - 1] == '\n') {
		len -= 2;
		n++;
	}
	if (len) {
		put_line_ends(body);
		put(body, span_of(body->bytes, len));
	}
	body->line_ends += n;
	body->len = 0;
}

/* --- one byte after another ------------------------------------------------------------------- */

/* At most a block; CR LF stays together. */
static void gather(struct dkim_body *body, struct span bytes)
{
	assert(bytes.len <= DKIM_BLOCK_BYTES);
	if (bytes.len > DKIM_BODY_BYTES - body->len)
		put_gathered(body);
	memcpy(body->bytes + body->len, bytes.p, bytes.len);
	body->len += bytes.len;
}

static void gather_text(struct dkim_body *body, struct span text)
{
	if (body->blank)
		gather(body, SPAN(" "));
	body->blank = false;
	gather(body, text);
}

static bool is_blank(const struct dkim_body *body, char c)
{
	return body->canon == DKIM_RELAXED && (c == ' ' || c == '\t');
}

static bool is_text(const struct dkim_body *body, char c)
{
	return c != '\r' && c != '\n' && !is_blank(body, c);
}

/* After a CR, of which the next byte says what it was. */
static void settle_cr(struct dkim_body *body, char next)
{
	body->cr = false;
	if (next != '\n')
		gather_text(body, SPAN("\r"));
}

static size_t line_end_len(struct span rest)
{
	if (rest.p[0] == '\n')
		return 1;
	return rest.p[0] == '\r' && rest.len > 1 && rest.p[1] == '\n' ? 2 : 0;
}

/* Takes bytes of one kind off the front of rest, at least one. */
static size_t take(struct dkim_body *body, struct span rest)
{
	size_t n;

	if (body->cr)
		settle_cr(body, rest.p[0]);
	n = line_end_len(rest);
	if (n) {
		gather(body, SPAN("\r\n"));
		body->blank = false;
		return n;
	}
	n = 1;
	if (rest.p[0] == '\r') {
		body->cr = true;
	} else if (is_blank(body, rest.p[0])) {
		body->blank = true;
		while (n < rest.len && is_blank(body, rest.p[n]))
			n++;
	} else {
		while (n < rest.len && is_text(body, rest.p[n]))
			n++;
		gather_text(body, span_of(rest.p, n));
	}
	return n;
}

/* A block's worth of them, as it may be that the next block can be had for less. */
static struct span take_some(struct dkim_body *body, struct span chunk)
{
	size_t len = chunk.len < DKIM_BLOCK_BYTES ? chunk.len : DKIM_BLOCK_BYTES;

	for (size_t at = 0; at < len;)
		at += take(body, span_of(chunk.p + at, len - at));
	return span_after(chunk, len);
}

/* --- many bytes at once ----------------------------------------------------------------------- */

/* What cannot be had so is left. */
static struct span take_blocks(struct dkim_body *body, struct span chunk)
{
	bool wide = body->sink->crypto->cpu_has_avx2;
	char *out;
	size_t room;

	if (body->cr || body->blank)
		return chunk;
	if (DKIM_BODY_BYTES - body->len < DKIM_BLOCK_REACH)
		put_gathered(body);
	out = body->bytes + body->len;
	room = DKIM_BODY_BYTES - body->len;
	body->len += wide ? dkim_block_run_avx2(body->canon, &chunk, out, room) :
			    dkim_block_run(body->canon, &chunk, out, room);
	return chunk;
}

void dkim_body_chunk(struct dkim_body *body, struct span chunk)
{
	while (chunk.len && !body->beyond) {
		struct span rest = take_blocks(body, chunk);

		chunk = rest.len < chunk.len ? rest : take_some(body, chunk);
	}
}

/*
 * The line ends after the last text become one; it is there, too, if the last line has none.  A
 * body of nothing but line ends is empty, which in SIMPLE is one line end (3.4.3).
 */
void dkim_body_end(struct dkim_body *body)
{
	if (body->cr)
		settle_cr(body, '\0');
	put_gathered(body);
	if (body->text || body->canon == DKIM_SIMPLE)
		put(body, SPAN("\r\n"));
}
