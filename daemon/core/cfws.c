// SPDX-License-Identifier: Apache-2.0
#include "cfws.h"

#define TEXT  (CFWS_QTEXT | CFWS_CTEXT | CFWS_DTEXT)
#define ATOM  (TEXT | CFWS_ATEXT | CFWS_TOKEN)
#define ALPHA (ATOM | CFWS_LDH)

static const unsigned char classes_of[256] = {
	['!'] = ATOM,
	['"'] = CFWS_CTEXT | CFWS_DTEXT,
	['#'] = ATOM,
	['$'] = ATOM,
	['%'] = ATOM,
	['&'] = ATOM,
	['\''] = ATOM,
	['('] = CFWS_QTEXT | CFWS_DTEXT,
	[')'] = CFWS_QTEXT | CFWS_DTEXT,
	['*'] = ATOM,
	['+'] = ATOM,
	[','] = TEXT,
	['-'] = ALPHA,
	['.'] = TEXT | CFWS_TOKEN,
	['/'] = TEXT | CFWS_ATEXT,
	['0' ... '9'] = ALPHA | CFWS_DIGIT,
	[':'] = TEXT,
	[';'] = TEXT,
	['<'] = TEXT,
	['='] = TEXT | CFWS_ATEXT,
	['>'] = TEXT,
	['?'] = TEXT | CFWS_ATEXT,
	['@'] = TEXT,
	['A' ... 'Z'] = ALPHA,
	['['] = CFWS_QTEXT | CFWS_CTEXT,
	[']'] = CFWS_QTEXT | CFWS_CTEXT,
	['^'] = ATOM,
	['_'] = ATOM,
	['`'] = ATOM,
	['a' ... 'z'] = ALPHA,
	['{'] = ATOM,
	['|'] = ATOM,
	['}'] = ATOM,
	['~'] = ATOM,
	[0x80 ... 0xff] = ATOM | CFWS_HIGH,
};

bool cfws_is(char c, unsigned int classes)
{
	return classes_of[(unsigned char)c] & classes;
}

static bool is_wsp(struct span s, size_t i)
{
	return i < s.len && (s.p[i] == ' ' || s.p[i] == '\t');
}

/* Bytes of the blank or fold at the start of s; 0 if there is none. */
static size_t blank_len(struct span s)
{
	size_t n = 0;

	if (is_wsp(s, 0))
		return 1;
	if (n < s.len && s.p[n] == '\r')
		n++;
	if (n < s.len && s.p[n] == '\n' && is_wsp(s, n + 1))
		return n + 2;
	return 0;
}

/* Bytes of the quoted-pair at the start of s; 0 if there is none. */
static size_t pair_len(struct span s)
{
	if (s.len < 2 || s.p[0] != '\\')
		return 0;
	if (is_wsp(s, 1) || s.p[1] == '\\' || cfws_is(s.p[1], CFWS_QTEXT | CFWS_CTEXT))
		return 2;
	return 0;
}

/* Bytes of the text of that class, blank, fold or quoted-pair at the start of s; 0 if none. */
static size_t text_len(struct span s, enum cfws_class text)
{
	size_t n;

	if (!s.len)
		return 0;
	if (cfws_is(s.p[0], text))
		return 1;
	n = blank_len(s);
	return n ? n : pair_len(s);
}

static bool skip_comment(struct span *rest)
{
	struct span at = *rest;
	unsigned int depth = 0;
	size_t n;

	do {
		if (cfws_take_char(&at, '(')) {
			if (++depth > CFWS_COMMENT_DEPTH)
				return false;
		} else if (cfws_take_char(&at, ')')) {
			depth--;
		} else {
			n = text_len(at, CFWS_CTEXT);
			if (!n)
				return false;
			at = span_after(at, n);
		}
	} while (depth);
	*rest = at;
	return true;
}

/* Mostly there is none: the first octet tells. */
static bool may_begin_cfws(char c)
{
	return c == '(' || span_is_blank(c);
}

bool cfws_skip(struct span *rest)
{
	struct span at = *rest;
	size_t n;

	while (at.len && may_begin_cfws(at.p[0])) {
		n = blank_len(at);
		if (n)
			at = span_after(at, n);
		else if (at.p[0] != '(')
			break;
		else if (!skip_comment(&at))
			return false;
	}
	*rest = at;
	return true;
}

struct span cfws_take_run(struct span *rest, unsigned int classes)
{
	struct span run = *rest;
	size_t n = 0;

	while (n < run.len && cfws_is(run.p[n], classes))
		n++;
	*rest = span_after(*rest, n);
	run.len = n;
	return run;
}

bool cfws_take_dot_atom(struct span *rest, struct span *out)
{
	struct span at = *rest, end = at;

	do {
		if (!cfws_take_run(&at, CFWS_ATEXT).len)
			break;
		end = at;
	} while (cfws_take_char(&at, '.'));
	if (end.len == rest->len)
		return false;
	*out = span_of(rest->p, rest->len - end.len);
	*rest = end;
	return true;
}

bool cfws_take_quoted(struct span *rest, struct span *content)
{
	struct span at = *rest;
	const char *start;
	size_t n;

	if (!cfws_take_char(&at, '"'))
		return false;
	start = at.p;
	while (!cfws_take_char(&at, '"')) {
		n = text_len(at, CFWS_QTEXT);
		if (!n)
			return false;
		at = span_after(at, n);
	}
	*content = span_of(start, (size_t)(at.p - start) - 1);
	*rest = at;
	return true;
}
