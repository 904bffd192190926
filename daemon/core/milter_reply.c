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

static void put_field_body(struct outbuf *out, struct span value)
{
	for (size_t i = 0; i < value.len; i++) {
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

void milter_reply_code(struct outbuf *out, struct span text)
{
	size_t at = begin(out, MILTER_REPLY_CODE);

	for (size_t i = 0; i < text.len; i++) {
		char c = text.p[i];

		if (c == '\r' || c == '\n' || c == '\0')
			c = ' ';
		if (c == '%')
			outbuf_put_byte(out, c);
		outbuf_put_byte(out, c);
	}
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

static void put_change_from(struct outbuf *out, const struct edit *edit)
{
	size_t at = begin(out, MILTER_CHANGE_FROM);

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
		put_change_from(out, edit);
		break;
	}
}
