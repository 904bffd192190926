// SPDX-License-Identifier: Apache-2.0
#include "dkim_header.h"

static bool is_wsp(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_line_end(struct span s, size_t i)
{
	return s.p[i] == '\n' || (s.p[i] == '\r' && i + 1 < s.len && s.p[i + 1] == '\n');
}

static void put_lower(struct dkim_sink *sink, struct span name)
{
	while (name.len && span_is_blank(name.p[name.len - 1]))
		name.len--;
	for (size_t i = 0; i < name.len; i++)
		dkim_sink_put_byte(sink, span_lower(name.p[i]));
}

void dkim_header_begin(struct dkim_header *header, enum dkim_canon canon, struct dkim_sink *sink,
		       struct span name)
{
	*header = (struct dkim_header){ .canon = canon, .sink = sink };
	if (canon == DKIM_RELAXED)
		put_lower(sink, name);
	else
		dkim_sink_put(sink, name);
	dkim_sink_put_byte(sink, ':');
}

static void put_simple(struct dkim_sink *sink, struct span piece)
{
	size_t start = 0;

	for (size_t i = 0; i < piece.len; i++) {
		if (!is_line_end(piece, i))
			continue;
		dkim_sink_put(sink, span_of(piece.p + start, i - start));
		dkim_sink_put(sink, SPAN("\r\n"));
		i += piece.p[i] == '\r';
		start = i + 1;
	}
	dkim_sink_put(sink, span_after(piece, start));
}

/* Text without blanks and line ends; the blanks before it become one, and none at the start. */
static void put_word(struct dkim_header *header, struct span word)
{
	if (header->blank && header->text)
		dkim_sink_put_byte(header->sink, ' ');
	header->blank = false;
	header->text = true;
	dkim_sink_put(header->sink, word);
}

static bool is_word(struct span piece, size_t i)
{
	return (unsigned char)piece.p[i] > ' ' || (!is_wsp(piece.p[i]) && !is_line_end(piece, i));
}

/* Lines are joined by leaving out their ends; a line end alone is no blank. */
static void put_relaxed(struct dkim_header *header, struct span piece)
{
	size_t i = 0;

	while (i < piece.len) {
		size_t start = i;

		while (i < piece.len && is_word(piece, i))
			i++;
		if (i > start) {
			put_word(header, span_of(piece.p + start, i - start));
		} else if (is_wsp(piece.p[i])) {
			header->blank = true;
			i++;
		} else {
			i += piece.p[i] == '\r' ? 2 : 1;
		}
	}
}

void dkim_header_value(struct dkim_header *header, struct span piece)
{
	if (header->canon == DKIM_RELAXED)
		put_relaxed(header, piece);
	else
		put_simple(header->sink, piece);
}

void dkim_header_end(struct dkim_header *header)
{
	dkim_sink_put(header->sink, SPAN("\r\n"));
}
