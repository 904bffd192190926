// SPDX-License-Identifier: Apache-2.0
#include "milter_reply.h"

/* Starts a packet and returns where its length goes. */
static size_t begin(struct outbuf *out, enum milter_response response)
{
	size_t at = out->len;

	outbuf_put_u32_be(out, 0);
	outbuf_put_byte(out, (char)response);
	return at;
}

static void end(struct outbuf *out, size_t at)
{
	if (outbuf_ok(out))
		milter_put_u32(out->p + at, (uint32_t)(out->len - at - MILTER_LENGTH_BYTES));
}

/* A name or an address: what would break a line or end the string is dropped. */
static void put_token(struct outbuf *out, struct span token)
{
	for (size_t i = 0; i < token.len; i++)
		if (token.p[i] != '\r' && token.p[i] != '\n' && token.p[i] != '\0')
			outbuf_put_byte(out, token.p[i]);
	outbuf_put_byte(out, '\0');
}

static bool folds_at(struct span value, size_t lf)
{
	return lf + 1 < value.len && (value.p[lf + 1] == ' ' || value.p[lf + 1] == '\t');
}

/* Of the bytes up to the next that needs care. */
static size_t ordinary_length(struct span value)
{
	size_t n = 0;

	while (n < value.len && value.p[n] != '\r' && value.p[n] != '\n' && value.p[n] != '\0')
		n++;
	return n;
}

static void put_field_body(struct outbuf *out, struct span value)
{
	for (size_t i = 0; i < value.len; i++) {
		size_t n = ordinary_length(span_after(value, i));

		outbuf_put(out, span_of(value.p + i, n));
		i += n;
		if (i == value.len)
			break;
		if (value.p[i] == '\r' && i + 1 < value.len && value.p[i + 1] == '\n')
			continue;
		if (value.p[i] == '\r' || value.p[i] == '\0')
			outbuf_put_byte(out, ' ');
		else
			outbuf_put_byte(out, value.p[i]);
		if (value.p[i] == '\n' && !folds_at(value, i))
			outbuf_put_byte(out, ' ');
	}
	outbuf_put_byte(out, '\0');
}

void milter_reply_agreement(struct outbuf *out, const struct milter_agreement *agreed)
{
	size_t at = begin(out, (enum milter_response)MILTER_NEGOTIATE);

	outbuf_put_u32_be(out, agreed->version);
	outbuf_put_u32_be(out, agreed->actions);
	outbuf_put_u32_be(out, agreed->steps);
	end(out, at);
}

void milter_reply_plain(struct outbuf *out, enum milter_response response)
{
	end(out, begin(out, response));
}

/* Of "550 5.7.1 Words" what is before the words; an enhanced code (RFC 3463) need not be there. */
static size_t codes_length(struct span reply)
{
	size_t code = reply.len < 4 ? reply.len : 4, at = code;

	if (reply.len < 6 || reply.p[5] != '.')
		return code;
	while (at < reply.len && (reply.p[at] == '.' || (reply.p[at] >= '0' && reply.p[at] <= '9')))
		at++;
	return at < reply.len && reply.p[at] == ' ' ? at + 1 : code;
}

/* Takes a line off the front of the text, without its end. */
static struct span take_line(struct span *text)
{
	const char *lf = text->len ? memchr(text->p, '\n', text->len) : NULL;
	struct span line = span_of(text->p, lf ? (size_t)(lf - text->p) : text->len);

	*text = span_after(*text, line.len + (lf != NULL));
	if (lf && line.len && line.p[line.len - 1] == '\r')
		line.len--;
	return line;
}

static void put_words(struct outbuf *out, struct span words)
{
	size_t at = out->len;

	for (size_t i = 0; i < words.len; i++) {
		char c = words.p[i];

		if (c == '\r' || c == '\0')
			c = ' ';
		if (c == '%')
			outbuf_put_byte(out, c);
		outbuf_put_byte(out, c);
	}
	if (out->len - at > MILTER_REPLY_LINE_BYTES)
		out->failed = true;
}

static void put_line(struct outbuf *out, struct span codes, struct span words, bool last)
{
	size_t at = out->len;

	outbuf_put(out, codes);
	if (!last && codes.len >= 4 && outbuf_ok(out))
		out->p[at + 3] = '-';
	put_words(out, words);
	if (!last)
		outbuf_put(out, SPAN("\r\n"));
}

void milter_reply_code(struct outbuf *out, struct span text)
{
	struct span codes = span_of(text.p, codes_length(text));
	size_t at = begin(out, MILTER_REPLY_CODE), n = 0;

	text = span_after(text, codes.len);
	do {
		struct span words = take_line(&text);

		put_line(out, codes, words, !text.len);
	} while (text.len && ++n < MILTER_REPLY_LINES_MAX);
	if (text.len)
		out->failed = true;
	outbuf_put_byte(out, '\0');
	end(out, at);
}

uint32_t milter_reply_action(enum edit_op op)
{
	switch (op) {
	case EDIT_CHANGE_HEADER:
	case EDIT_DELETE_HEADER:
		return MILTER_ACT_CHANGE_HEADERS;
	case EDIT_INSERT_HEADER:
		return MILTER_ACT_ADD_HEADERS;
	case EDIT_CHANGE_FROM:
		return MILTER_ACT_CHANGE_FROM;
	case EDIT_QUARANTINE:
		return MILTER_ACT_QUARANTINE;
	}
	return 0;
}

static void put_header_edit(struct outbuf *out, enum milter_response response,
			    const struct edit *edit)
{
	size_t at = begin(out, response);

	outbuf_put_u32_be(out, edit->index);
	put_token(out, edit->name);
	put_field_body(out, edit->value);
	end(out, at);
}

static void put_text_edit(struct outbuf *out, enum milter_response response,
			  const struct edit *edit)
{
	size_t at = begin(out, response);

	put_token(out, edit->value);
	end(out, at);
}

void milter_reply_edit(struct outbuf *out, const struct edit *edit)
{
	switch (edit->op) {
	case EDIT_CHANGE_HEADER:
	case EDIT_DELETE_HEADER: /* a change to nothing; a change never has an empty value */
		put_header_edit(out, MILTER_CHANGE_HEADER, edit);
		break;
	case EDIT_INSERT_HEADER:
		put_header_edit(out, MILTER_INSERT_HEADER, edit);
		break;
	case EDIT_CHANGE_FROM:
		put_text_edit(out, MILTER_CHANGE_FROM, edit);
		break;
	case EDIT_QUARANTINE:
		put_text_edit(out, MILTER_QUARANTINE, edit);
		break;
	}
}
