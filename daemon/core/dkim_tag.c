// SPDX-License-Identifier: Apache-2.0
#include "dkim_tag.h"

#include "cfws.h"

static bool is_wsp(struct span s, size_t i)
{
	return i < s.len && (s.p[i] == ' ' || s.p[i] == '\t');
}

/* Bytes of the line end at the start of s that a blank follows; 0 if there is none. */
static size_t fold_len(struct span s)
{
	size_t n = s.len && s.p[0] == '\r' ? 1 : 0;

	if (n == s.len || s.p[n] != '\n' || !is_wsp(s, n + 1))
		return 0;
	return n + 1;
}

/* FWS, also none. */
static void skip_blanks(struct span *rest)
{
	for (;;) {
		size_t n = is_wsp(*rest, 0) ? 1 : fold_len(*rest);

		if (!n)
			return;
		*rest = span_after(*rest, n);
	}
}

/* tag-name = ALPHA *ALNUMPUNC */
static bool take_name(struct span *rest, struct span *name)
{
	struct span at = *rest;
	size_t n = 0;

	while (n < at.len && (cfws_is(at.p[n], CFWS_LDH) || at.p[n] == '_') && at.p[n] != '-')
		n++;
	if (!n || at.p[0] == '_' || cfws_is(at.p[0], CFWS_DIGIT))
		return false;
	*name = span_of(at.p, n);
	*rest = span_after(at, n);
	return true;
}

/* VALCHAR of 3.2, and octets from 128 up. */
static bool is_value_octet(char c)
{
	unsigned char octet = (unsigned char)c;

	return octet > ' ' && octet != ';' && octet != 0x7f;
}

#define EACH ((uint64_t)0x0101010101010101)

/* A bit for each of eight octets that is less than n, which is at most 128; and for others. */
static uint64_t maybe_less(uint64_t octets, unsigned int n)
{
	return (octets - EACH * n) & ~octets & EACH << 7;
}

/* Octets of a value at the start of s: of eight at a time it is asked whether all are. */
static size_t value_run_len(struct span s)
{
	size_t n = 0;

	while (s.len - n >= 8) {
		uint64_t octets;

		memcpy(&octets, s.p + n, 8);
		if (maybe_less(octets, ' ' + 1) | maybe_less(octets ^ EACH * ';', 1) |
		    maybe_less(octets ^ EACH * 0x7f, 1))
			break;
		n += 8;
	}
	while (n < s.len && is_value_octet(s.p[n]))
		n++;
	return n;
}

/* [ tval *( 1*(WSP / FWS) tval ) ] [FWS] */
static void take_value(struct span *rest, struct span *value)
{
	const char *start = rest->p, *end = start;

	while (rest->len && is_value_octet(rest->p[0])) {
		*rest = span_after(*rest, value_run_len(*rest));
		end = rest->p;
		skip_blanks(rest);
	}
	*value = span_of(start, (size_t)(end - start));
}

static bool take_tag(struct span *rest, struct dkim_tag *out)
{
	skip_blanks(rest);
	if (!take_name(rest, &out->name))
		return false;
	skip_blanks(rest);
	if (!cfws_take_char(rest, '='))
		return false;
	skip_blanks(rest);
	take_value(rest, &out->value);
	return true;
}

static bool add_tag(struct dkim_tags *tags, const struct dkim_tag *tag)
{
	if (tags->n == DKIM_TAGS_MAX || dkim_tags_find(tags, tag->name).p)
		return false;
	tags->items[tags->n++] = *tag;
	return true;
}

enum parse_status dkim_tags_parse(struct span list, struct dkim_tags *out)
{
	struct dkim_tag tag;

	out->n = 0;
	while (list.len) {
		if (!take_tag(&list, &tag) || !add_tag(out, &tag))
			return PARSE_BAD;
		if (!list.len)
			break;
		if (!cfws_take_char(&list, ';'))
			return PARSE_BAD;
		/* Signers leave blanks after the last one, which the grammar has not. */
		skip_blanks(&list);
	}
	return PARSE_OK;
}

struct span dkim_tags_find(const struct dkim_tags *tags, struct span name)
{
	for (size_t i = 0; i < tags->n; i++)
		if (span_eq(tags->items[i].name, name))
			return tags->items[i].value;
	return span_of(NULL, 0);
}

bool dkim_tag_next_item(struct span *rest, struct span *item)
{
	const char *colon;
	size_t n;

	if (!rest->p)
		return false;
	colon = rest->len ? memchr(rest->p, ':', rest->len) : NULL;
	n = colon ? (size_t)(colon - rest->p) : rest->len;
	*item = span_trim(span_of(rest->p, n));
	*rest = colon ? span_after(*rest, n + 1) : span_of(NULL, 0);
	return true;
}

bool dkim_tag_lists(struct span list, struct span item)
{
	struct span found;

	while (dkim_tag_next_item(&list, &found))
		if (span_eq(found, item))
			return true;
	return false;
}
