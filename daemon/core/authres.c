// SPDX-License-Identifier: Apache-2.0
/* Functions stand in the order of RFC 8601 section 2.2, from its leaves up. */
#include "authres.h"

#include "domain.h"

/* value of RFC 2045 5.1, and octets from 128 up as in RFC 6532 mail. */
static bool take_value(struct span *rest, struct span *out)
{
	struct span token;

	if (cfws_take_quoted(rest, out))
		return true;
	token = cfws_take_run(rest, CFWS_TOKEN);
	if (token.len)
		*out = token;
	return token.len > 0;
}

/* Keyword: Ldh-str of RFC 5321 4.1.2. */
static bool take_keyword(struct span *rest, struct span *out)
{
	struct span at = *rest, word = cfws_take_run(&at, CFWS_LDH);

	if (!word.len || word.p[word.len - 1] == '-')
		return false;
	*rest = at;
	*out = word;
	return true;
}

static bool take_version(struct span *rest, unsigned int *out)
{
	struct span at = *rest, digits = cfws_take_run(&at, CFWS_DIGIT);
	unsigned int version = 0;

	if (!digits.len || digits.len > AUTHRES_VERSION_DIGITS)
		return false;
	for (size_t i = 0; i < digits.len; i++)
		version = version * 10 + (unsigned int)(digits.p[i] - '0');
	*rest = at;
	*out = version;
	return true;
}

/* c with CFWS at either side. */
static bool take_sign(struct span *rest, char c)
{
	return cfws_skip(rest) && cfws_take_char(rest, c) && cfws_skip(rest);
}

/* CFWS that is there. */
static bool take_gap(struct span *rest)
{
	size_t before = rest->len;

	return cfws_skip(rest) && rest->len != before;
}

/* domain-name: sub-domains of RFC 5321 4.1.2 and U-labels of RFC 6531 3.3. */
static bool take_domain_name(struct span *rest)
{
	struct span label;

	do {
		label = cfws_take_run(rest, CFWS_LDH | CFWS_HIGH);
		if (!label.len || label.p[0] == '-' || label.p[label.len - 1] == '-')
			return false;
	} while (cfws_take_char(rest, '.'));
	return true;
}

/* [ [ local-part ] "@" ] domain-name, with the "@": without it the name is a token. */
static bool take_address(struct span *rest, struct span *out)
{
	struct span at = *rest, local;

	if (!cfws_take_quoted(&at, &local))
		cfws_take_dot_atom(&at, &local);
	if (!cfws_take_char(&at, '@') || !take_domain_name(&at))
		return false;
	*out = span_of(rest->p, rest->len - at.len);
	*rest = at;
	return true;
}

/* [CFWS] propspec, without the CFWS that may follow it. */
static bool take_property(struct span *rest, struct authres_property *out)
{
	struct authres_property prop;
	struct span at = *rest;

	if (!take_gap(&at) || !take_keyword(&at, &prop.ptype) || !take_sign(&at, '.') ||
	    !take_keyword(&at, &prop.property) || !take_sign(&at, '='))
		return false;
	if (!take_address(&at, &prop.value) && !take_value(&at, &prop.value))
		return false;
	*rest = at;
	*out = prop;
	return true;
}

/* [ CFWS reasonspec ]: *reason is left alone if there is none. */
static void take_reason(struct span *rest, struct span *reason)
{
	struct span at = *rest, word;

	if (!take_gap(&at) || !take_keyword(&at, &word) || !span_eq_nocase(word, SPAN("reason")))
		return;
	if (take_sign(&at, '=') && take_value(&at, reason))
		*rest = at;
}

/* method [ [CFWS] "/" [CFWS] method-version ] */
static bool take_method(struct span *rest, struct authres_result *out)
{
	out->method_version = 1;
	if (!take_keyword(rest, &out->method) || !cfws_skip(rest))
		return false;
	if (!cfws_take_char(rest, '/'))
		return true;
	return cfws_skip(rest) && take_version(rest, &out->method_version);
}

/* resinfo without its propspecs. */
static bool take_result(struct span *rest, struct authres_result *out)
{
	struct authres_result result = { .reason = { 0 } };
	struct span at = *rest;

	if (!take_sign(&at, ';') || !take_method(&at, &result) || !take_sign(&at, '=') ||
	    !take_keyword(&at, &result.result))
		return false;
	take_reason(&at, &result.reason);
	*rest = at;
	*out = result;
	return true;
}

static bool at_end(struct span rest)
{
	return cfws_skip(&rest) && !rest.len;
}

/* no-result and the end of the value */
static bool is_no_result(struct span rest)
{
	struct span word;

	return take_sign(&rest, ';') && take_keyword(&rest, &word) &&
	       span_eq_nocase(word, SPAN("none")) && at_end(rest);
}

static void skip_properties(struct span *rest)
{
	struct authres_property prop;

	while (take_property(rest, &prop))
		;
}

/* 1*resinfo and the end of the value */
static bool are_results(struct span rest)
{
	struct authres_result result;

	do {
		if (!take_result(&rest, &result))
			return false;
		skip_properties(&rest);
	} while (!at_end(rest));
	return true;
}

/* [CFWS] authserv-id [ CFWS authres-version ] */
static bool take_head(struct span *rest, struct authres *out)
{
	struct span at;

	out->version = 1;
	if (!cfws_skip(rest) || !take_value(rest, &out->authserv_id))
		return false;
	at = *rest;
	if (take_gap(&at) && take_version(&at, &out->version))
		*rest = at;
	return true;
}

enum parse_status authres_parse(struct span value, struct authres *out)
{
	struct authres authres;

	if (!take_head(&value, &authres))
		return PARSE_BAD;
	authres.rest = value;
	if (is_no_result(value))
		authres.rest = span_after(value, value.len);
	else if (!are_results(value))
		return PARSE_BAD;
	*out = authres;
	return PARSE_OK;
}

bool authres_next_result(struct authres *authres, struct authres_result *out)
{
	skip_properties(&authres->rest);
	return take_result(&authres->rest, out);
}

bool authres_next_property(struct authres *authres, struct authres_property *out)
{
	return take_property(&authres->rest, out);
}

static struct span without_last_dot(struct span name)
{
	if (name.len && name.p[name.len - 1] == '.')
		name.len--;
	return name;
}

static bool is_host_name(struct span name)
{
	struct domain domain;

	return domain_parse(name, &domain) == PARSE_OK;
}

static bool contains_nocase(struct span s, struct span part)
{
	if (!part.len)
		return true;
	for (; s.len >= part.len; s = span_after(s, 1))
		if (span_lower(s.p[0]) == span_lower(part.p[0]) && span_starts_nocase(s, part))
			return true;
	return false;
}

/* --- fields that are no valid ones ------------------------------------------------------------ */

/* Goes over a value as a reader might who knows neither blanks nor comments. */
struct squeezed {
	struct span rest;
	unsigned int depth; /* of comments */
};

/* The next octet that is left; false at the end. */
static bool next_squeezed(struct squeezed *s, char *c)
{
	while (s->rest.len) {
		*c = s->rest.p[0];
		s->rest = span_after(s->rest, 1);
		if (*c == '(')
			s->depth++;
		else if (*c == ')' && s->depth)
			s->depth--;
		else if (!s->depth && !span_is_blank(*c))
			return true;
	}
	return false;
}

static bool starts_squeezed(struct squeezed at, struct span part)
{
	char c;

	for (size_t i = 0; i < part.len; i++)
		if (!next_squeezed(&at, &c) || span_lower(c) != span_lower(part.p[i]))
			return false;
	return true;
}

static bool contains_squeezed(struct span value, struct span part)
{
	struct squeezed at = { .rest = value };
	char c;

	do {
		if (starts_squeezed(at, part))
			return true;
	} while (next_squeezed(&at, &c));
	return false;
}

/* Whether readers differ about it in blanks and comments alone: ASCII, no quotes, well folded. */
static bool is_plain(struct span value)
{
	unsigned int depth = 0;

	for (size_t i = 0; i < value.len; i++) {
		char c = value.p[i], next = '\0';

		if (i + 1 < value.len)
			next = value.p[i + 1];
		if (c == '"' || c == '\\' || c > '~' || (c < ' ' && !span_is_blank(c)))
			return false;
		if ((c == '\n' && next != ' ' && next != '\t') || (c == '\r' && next != '\n'))
			return false;
		if (c == ')' && !depth)
			return false;
		depth += (c == '(') - (c == ')');
	}
	return !depth;
}

/*
 * Of what names no server clearly: an id that is not there is anybody's ("; dkim=pass"); not so old
 * forms ("mta.example from=a.example; ..."), and a port or a path behind the name.
 */
static bool may_claim(struct span value, struct span id)
{
	return !is_plain(value) || starts_squeezed((struct squeezed){ .rest = value }, SPAN(";")) ||
	       contains_nocase(value, id) || contains_squeezed(value, id);
}

bool authres_claims(struct span value, struct span id)
{
	struct span rest = value;
	struct authres authres;

	id = without_last_dot(id);
	if (!take_head(&rest, &authres) || !is_host_name(authres.authserv_id))
		return may_claim(value, id);
	if (span_eq_nocase(without_last_dot(authres.authserv_id), id))
		return true;
	if (!cfws_skip(&rest))
		return may_claim(value, id);
	if (!rest.len || rest.p[0] == ';')
		return false;
	/* "spf=pass ...; dkim=none ...", as Exchange Online writes it into all mail. */
	return rest.p[0] == '=' ? contains_nocase(value, id) : may_claim(value, id);
}
