// SPDX-License-Identifier: Apache-2.0
#include "mailbox.h"

#include "address.h"

enum group {
	GROUP_NONE,
	GROUP_OPENED, /* its name and colon were taken, and nothing yet behind them */
	GROUP_INSIDE,
};

/* Where the reader of an address-list stands. */
struct list {
	struct span rest;
	enum group group;
	bool any;    /* an element that is not empty was seen */
	bool failed; /* to_ascii has */
	domain_to_ascii *to_ascii;
	struct mailbox *out;
	size_t max;
	size_t n;
};

/* local-part (RFC 5322 3.4.1) without obs-local-part; *local keeps its quotes. */
static bool take_local(struct span *rest, struct span *local)
{
	struct span start = *rest, content;

	if (!cfws_take_quoted(rest, &content))
		return cfws_take_dot_atom(rest, local);
	*local = span_of(start.p, start.len - rest->len);
	return true;
}

/* domain-literal (RFC 5322 3.4.1) without blanks; *literal keeps its brackets. */
static bool take_literal(struct span *rest, struct span *literal)
{
	struct span at = *rest;

	if (!cfws_take_char(&at, '['))
		return false;
	cfws_take_run(&at, CFWS_DTEXT);
	if (!cfws_take_char(&at, ']'))
		return false;
	*literal = span_of(rest->p, rest->len - at.len);
	*rest = at;
	return true;
}

static bool is_literal(struct span domain_text)
{
	return domain_text.p[0] == '[';
}

/*
 * Takes a domain and completes the mailbox, of which the local part is there and the rest 0, but
 * for U-labels.
 */
static bool take_domain(struct span *rest, struct mailbox *box)
{
	struct span *text = &box->domain_text;

	if (!take_literal(rest, text) && !cfws_take_dot_atom(rest, text))
		return false;
	box->address = span_of(box->local.p, (size_t)(text->p + text->len - box->local.p));
	if (!is_literal(*text))
		domain_parse(*text, &box->domain); /* or it is none */
	return true;
}

/*
 * False if that failed.  Apart from the taking, so that a list of thousands costs no more look-ups
 * than are kept.
 */
static bool resolve_unicode(struct mailbox *box, domain_to_ascii *to_ascii)
{
	return !domain_is_unicode(box->domain_text) ||
	       domain_parse_unicode(box->domain_text, to_ascii, &box->domain) != PARSE_FAILED;
}

/* The two octets, of which either may be written as a quoted-pair, and what is behind them. */
static struct span behind_pair(struct span s, char first, char second)
{
	char last = '\0';

	for (; s.len; s = span_after(s, 1)) {
		if (s.p[0] == '\\')
			continue;
		if (last == first && s.p[0] == second)
			return span_after(s, 1);
		last = s.p[0];
	}
	return span_of(NULL, 0);
}

/* "=?...?=", however its octets are quoted. */
static bool has_encoded_word(struct span local)
{
	return behind_pair(behind_pair(local, '=', '?'), '?', '=').p;
}

/* The domain of an addr-spec whose local part and '@' are taken, and the CFWS behind it. */
static bool finish_address(struct list *list, struct span local)
{
	struct mailbox box = { .local = local };

	if (has_encoded_word(local))
		return false;
	if (!cfws_skip(&list->rest) || !take_domain(&list->rest, &box) || !cfws_skip(&list->rest))
		return false;
	if (list->n < list->max) {
		list->failed |= !resolve_unicode(&box, list->to_ascii);
		list->out[list->n] = box;
	}
	list->n++;
	return true;
}

/* An angle-addr whose '<' is taken. */
static bool finish_angle(struct list *list)
{
	struct span *rest = &list->rest, local;

	return cfws_skip(rest) && take_local(rest, &local) && cfws_skip(rest) &&
	       cfws_take_char(rest, '@') && finish_address(list, local) &&
	       cfws_take_char(rest, '>') && cfws_skip(rest);
}

/* What is left of a phrase behind its first word: obs-phrase, RFC 5322 4.1. */
static bool skip_phrase(struct span *rest)
{
	struct span content;
	size_t before;

	do {
		before = rest->len;
		if (!cfws_skip(rest))
			return false;
		while (cfws_take_run(rest, CFWS_ATEXT).len || cfws_take_char(rest, '.'))
			;
		cfws_take_quoted(rest, &content);
	} while (rest->len != before);
	return true;
}

/* What follows a phrase: an angle-addr, or the colon that makes it the name of a group. */
static bool finish_phrase(struct list *list)
{
	if (cfws_take_char(&list->rest, '<'))
		return finish_angle(list);
	if (list->group != GROUP_NONE || !cfws_take_char(&list->rest, ':'))
		return false;
	list->group = GROUP_OPENED;
	return true;
}

static bool at_delimiter(struct span rest)
{
	return !rest.len || rest.p[0] == ',' || rest.p[0] == ';';
}

/* A mailbox, the name of a group with its colon, or nothing (obs-addr-list, obs-group-list). */
static bool take_element(struct list *list)
{
	struct span *rest = &list->rest, word;

	if (!cfws_skip(rest))
		return false;
	if (at_delimiter(*rest))
		return true;
	list->any = true;
	if (cfws_take_char(rest, '<'))
		return finish_angle(list);
	if (!take_local(rest, &word) || !cfws_skip(rest))
		return false;
	if (cfws_take_char(rest, '@'))
		return finish_address(list, word);
	return skip_phrase(rest) && finish_phrase(list);
}

/* Takes what stands between two elements; false if no element follows. */
static bool take_delimiter(struct list *list)
{
	if (list->group == GROUP_OPENED) {
		list->group = GROUP_INSIDE;
		return true;
	}
	if (list->group == GROUP_INSIDE && cfws_take_char(&list->rest, ';')) {
		list->group = GROUP_NONE;
		if (!cfws_skip(&list->rest))
			return false;
	}
	return cfws_take_char(&list->rest, ',');
}

static bool read_list(struct list *list)
{
	do {
		if (!take_element(list))
			return false;
	} while (take_delimiter(list));
	return !list->rest.len && list->group == GROUP_NONE && list->any;
}

enum parse_status mailbox_list_parse(struct span value, domain_to_ascii *to_ascii,
				     struct mailbox *out, size_t max, size_t *n)
{
	struct list judged = { .rest = value };
	struct list list = { .rest = value, .to_ascii = to_ascii, .out = out, .max = max };

	/* Judged before it is read, so that a bad value leaves out alone. */
	if (!read_list(&judged))
		return PARSE_BAD;
	read_list(&list);
	if (list.failed)
		return PARSE_FAILED;
	*n = list.n;
	return PARSE_OK;
}

/* Takes A-d-l ":" of RFC 5321 4.1.2; true also if there is none. */
static bool skip_route(struct span *rest)
{
	struct span domain;

	if (!rest->len || rest->p[0] != '@')
		return true;
	do {
		if (!cfws_take_char(rest, '@') || !cfws_take_dot_atom(rest, &domain))
			return false;
	} while (cfws_take_char(rest, ','));
	return cfws_take_char(rest, ':');
}

/* RFC 5321 4.1.2: unlike that of a header, a local part has neither tab nor fold. */
static bool has_control(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] < ' ')
			return true;
	return false;
}

/* RFC 5321 4.1.3; no tag but IPv6 was ever registered. */
static bool is_address_literal(struct span literal)
{
	struct span text = span_of(literal.p + 1, literal.len - 2), tag = SPAN("IPv6:");
	struct address address;

	if (span_starts_nocase(text, tag))
		return address_parse('6', span_after(text, tag.len), &address) == PARSE_OK;
	return address_parse('4', text, &address) == PARSE_OK;
}

/* Mailbox of RFC 5321 4.1.2, and nothing behind it. */
static bool read_path(struct span rest, struct mailbox *box)
{
	if (!take_local(&rest, &box->local) || has_control(box->local))
		return false;
	if (!rest.len && span_eq_nocase(box->local, SPAN("postmaster"))) {
		box->address = box->local;
		box->domain_text = rest;
		return true;
	}
	if (!cfws_take_char(&rest, '@') || !take_domain(&rest, box) || rest.len)
		return false;
	if (is_literal(box->domain_text))
		return is_address_literal(box->domain_text);
	return box->domain.len || domain_is_unicode(box->domain_text);
}

enum parse_status mailbox_path_parse(struct span path, domain_to_ascii *to_ascii,
				     struct mailbox *out)
{
	struct mailbox box = { .domain.len = 0 };

	if (cfws_take_char(&path, '<')) {
		if (!path.len || path.p[path.len - 1] != '>')
			return PARSE_BAD;
		path.len--;
	}
	if (!path.len)
		box.address = box.local = box.domain_text = path;
	else if (!skip_route(&path) || !read_path(path, &box))
		return PARSE_BAD;
	if (!resolve_unicode(&box, to_ascii))
		return PARSE_FAILED;
	*out = box;
	return PARSE_OK;
}
