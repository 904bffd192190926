// SPDX-License-Identifier: Apache-2.0
#include "dkim_body.h"

#include "dkim_run.h"

/* Held back line ends are put so many at a time. */
#define LINE_ENDS_AT_ONCE 8

void dkim_body_begin(struct dkim_body *body, enum dkim_canon canon, struct dkim_sink *sink,
		     uint64_t limit)
{
	*body = (struct dkim_body){ .canon = canon, .sink = sink, .limit = limit };
}

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

/* What is held back was not the end of the body, or of its line: text follows. */
static void release(struct dkim_body *body)
{
	static const char line_ends[] = "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n";

	while (body->line_ends && !body->beyond) {
		uint64_t n = body->line_ends < LINE_ENDS_AT_ONCE ? body->line_ends :
								   LINE_ENDS_AT_ONCE;

		put(body, span_of(line_ends, 2 * n));
		body->line_ends -= n;
	}
	if (body->blank)
		put(body, SPAN(" "));
	body->blank = false;
}

static void put_text(struct dkim_body *body, struct span text)
{
	release(body);
	put(body, text);
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
		put_text(body, SPAN("\r"));
}

static size_t line_end_len(struct span rest)
{
	if (rest.p[0] == '\n')
		return 1;
	return rest.p[0] == '\r' && rest.len > 1 && rest.p[1] == '\n' ? 2 : 0;
}

/* Takes bytes of one kind off the front of rest, at least one, the slow way. */
static size_t take(struct dkim_body *body, struct span rest)
{
	size_t n;

	if (body->cr)
		settle_cr(body, rest.p[0]);
	n = line_end_len(rest);
	if (n) {
		body->line_ends++;
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
		put_text(body, span_of(rest.p, n));
	}
	return n;
}

static bool holds_back(const struct dkim_body *body)
{
	return body->cr || body->blank || body->line_ends;
}

void dkim_body_chunk(struct dkim_body *body, struct span chunk)
{
	while (chunk.len && !body->beyond) {
		size_t n = holds_back(body) ? 0 : dkim_run_len(body->canon, chunk);

		if (n)
			put(body, span_of(chunk.p, n));
		else
			n = take(body, chunk);
		chunk = span_after(chunk, n);
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
	if (body->text || body->canon == DKIM_SIMPLE)
		put(body, SPAN("\r\n"));
}
