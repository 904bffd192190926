// SPDX-License-Identifier: Apache-2.0
/* Tags are read in the order of RFC 6376 3.5. */
#include "dkim_sig.h"

#include "base64.h"
#include "cfws.h"
#include "dkim_tag.h"

#define TIME_DIGITS_MAX	  12 /* sig-t-tag, sig-x-tag */
#define LENGTH_DIGITS_MAX 76 /* sig-l-tag */

static const struct {
	struct span name;
	enum dkim_algorithm algorithm;
} algorithms[] = {
	{ { "rsa-sha256", 10 }, DKIM_RSA_SHA256 },
	{ { "ed25519-sha256", 14 }, DKIM_ED25519_SHA256 },
	{ { "rsa-sha1", 8 }, DKIM_RSA_SHA1 },
};

/* The signature being read: its tags, and what is made of them. */
struct reader {
	struct dkim_tags tags;
	domain_to_ascii *to_ascii;
	bool failed; /* to_ascii has */
	struct dkim_sig *sig;
};

static struct span tag(const struct reader *r, struct span name)
{
	return dkim_tags_find(&r->tags, name);
}

/* 1*max DIGIT; a value that does not fit is UINT64_MAX. */
static bool read_number(struct span digits, size_t max, uint64_t *out)
{
	uint64_t number = 0;

	if (!digits.len || digits.len > max)
		return false;
	for (size_t i = 0; i < digits.len; i++) {
		if (!cfws_is(digits.p[i], CFWS_DIGIT))
			return false;
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, digits.p[i] - '0', &number))
			number = UINT64_MAX;
	}
	*out = number;
	return true;
}

static bool read_version(struct reader *r)
{
	return span_eq(tag(r, SPAN("v")), SPAN("1"));
}

static bool read_algorithm(struct reader *r)
{
	struct span name = tag(r, SPAN("a"));

	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		if (span_eq(name, algorithms[i].name)) {
			r->sig->algorithm = algorithms[i].algorithm;
			return true;
		}
	}
	return false;
}

static bool read_signature(struct reader *r)
{
	struct dkim_sig *sig = r->sig;

	sig->b_value = tag(r, SPAN("b"));
	return base64_decode(sig->b_value, sig->signature, sizeof(sig->signature),
			     &sig->signature_len) == PARSE_OK &&
	       sig->signature_len > 0;
}

static bool read_body_hash(struct reader *r)
{
	struct dkim_sig *sig = r->sig;

	return base64_decode(tag(r, SPAN("bh")), sig->body_hash, sizeof(sig->body_hash),
			     &sig->body_hash_len) == PARSE_OK &&
	       sig->body_hash_len > 0;
}

static bool read_canon_name(struct span name, enum dkim_canon *out)
{
	*out = span_eq(name, SPAN("relaxed")) ? DKIM_RELAXED : DKIM_SIMPLE;
	return *out == DKIM_RELAXED || span_eq(name, SPAN("simple"));
}

static bool read_canonicalisation(struct reader *r)
{
	struct span value = tag(r, SPAN("c")), body = SPAN("simple");
	const char *slash;

	if (!value.p)
		value = body;
	slash = value.len ? memchr(value.p, '/', value.len) : NULL;
	if (slash) {
		body = span_after(value, (size_t)(slash - value.p) + 1);
		value.len = (size_t)(slash - value.p);
	}
	return read_canon_name(value, &r->sig->header_canon) &&
	       read_canon_name(body, &r->sig->body_canon);
}

/* domain-name of RFC 6376 3.5, unlike domain_parse(), has no dot at the end. */
static bool read_name(struct reader *r, struct span text, struct domain *out)
{
	enum parse_status status;

	if (text.len && text.p[text.len - 1] == '.')
		return false;
	status = domain_parse_unicode(text, r->to_ascii, out);
	r->failed = status == PARSE_FAILED;
	return status == PARSE_OK;
}

static bool read_domain(struct reader *r)
{
	return read_name(r, tag(r, SPAN("d")), &r->sig->domain);
}

/* The key record's name must be one, too. */
static bool read_selector(struct reader *r)
{
	struct dkim_sig *sig = r->sig;

	return read_name(r, tag(r, SPAN("s")), &sig->selector) &&
	       sig->selector.len + sizeof("._domainkey.") - 1 + sig->domain.len <= DKIM_NAME_MAX;
}

/* hdr-name: ftext of RFC 5322 3.6.8 */
static bool is_field_name(struct span name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.p[i] <= ' ' || name.p[i] >= 0x7f)
			return false;
	return name.len > 0;
}

static bool read_headers(struct reader *r)
{
	struct span rest = tag(r, SPAN("h")), name;

	r->sig->headers = rest;
	while (dkim_tag_next_item(&rest, &name))
		if (!is_field_name(name))
			return false;
	return true;
}

static bool signs_from(struct reader *r)
{
	struct span rest = r->sig->headers, name;

	while (dkim_tag_next_item(&rest, &name))
		if (span_eq_nocase(name, SPAN("from")))
			return true;
	return false;
}

static bool read_address_domain(struct reader *r, struct span address, struct domain *out)
{
	const char *at = address.len ? memrchr(address.p, '@', address.len) : NULL;

	if (!at)
		return false;
	address = span_after(address, (size_t)(at - address.p) + 1);
	return read_name(r, address, out);
}

/*
 * i= is an address of d= or of a subdomain of it; without local part and even "@" it is d=.  One of
 * them may be of U-labels, the other of A-labels.
 */
static bool read_identity(struct reader *r)
{
	struct span value = tag(r, SPAN("i"));
	struct domain identity;
	size_t extra;

	r->sig->at_subdomain = false;
	if (!value.p)
		return true;
	if (!read_address_domain(r, value, &identity) || identity.len < r->sig->domain.len)
		return false;
	extra = (size_t)identity.len - r->sig->domain.len;
	r->sig->at_subdomain = extra > 0;
	if (extra && identity.text[extra - 1] != '.')
		return false;
	return span_eq(span_after(domain_span(&identity), extra), domain_span(&r->sig->domain));
}

static bool read_body_length(struct reader *r)
{
	struct span value = tag(r, SPAN("l"));

	r->sig->has_body_length = value.p;
	return !value.p || read_number(value, LENGTH_DIGITS_MAX, &r->sig->body_length);
}

static bool read_query(struct reader *r)
{
	struct span value = tag(r, SPAN("q"));

	return !value.p || dkim_tag_lists(value, SPAN("dns/txt"));
}

static bool read_timestamp(struct reader *r)
{
	struct span value = tag(r, SPAN("t"));

	r->sig->has_timestamp = value.p;
	return !value.p || read_number(value, TIME_DIGITS_MAX, &r->sig->timestamp);
}

static bool read_expiration(struct reader *r)
{
	struct span value = tag(r, SPAN("x"));
	struct dkim_sig *sig = r->sig;

	sig->has_expiration = value.p;
	if (!value.p)
		return true;
	return read_number(value, TIME_DIGITS_MAX, &sig->expiration) &&
	       (!sig->has_timestamp || sig->expiration > sig->timestamp);
}

/* In this order they are read and blamed; what names the signer comes first. */
static const struct {
	const char *required; /* name of a tag that must be there, or NULL */
	bool (*read)(struct reader *r);
	enum dkim_why why;
} steps[] = {
	{ "d", read_domain, DKIM_WHY_DOMAIN },
	{ "s", read_selector, DKIM_WHY_SELECTOR },
	{ "v", read_version, DKIM_WHY_VERSION },
	{ "a", read_algorithm, DKIM_WHY_ALGORITHM },
	{ "b", read_signature, DKIM_WHY_SIGNATURE_DATA },
	{ "bh", read_body_hash, DKIM_WHY_BODY_HASH_DATA },
	{ NULL, read_canonicalisation, DKIM_WHY_CANONICALISATION },
	{ "h", read_headers, DKIM_WHY_HEADERS },
	{ NULL, signs_from, DKIM_WHY_FROM_UNSIGNED },
	{ NULL, read_identity, DKIM_WHY_IDENTITY },
	{ NULL, read_body_length, DKIM_WHY_BODY_LENGTH },
	{ NULL, read_query, DKIM_WHY_QUERY },
	{ NULL, read_timestamp, DKIM_WHY_TIMESTAMP },
	{ NULL, read_expiration, DKIM_WHY_EXPIRATION },
};

enum parse_status dkim_sig_parse(struct span value, domain_to_ascii *to_ascii, struct dkim_sig *out,
				 enum dkim_why *why)
{
	struct reader r = { .to_ascii = to_ascii, .sig = out };

	out->domain.len = 0;
	out->selector.len = 0;
	*why = DKIM_WHY_TAG_LIST;
	if (dkim_tags_parse(value, &r.tags) != PARSE_OK)
		return PARSE_BAD;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const char *required = steps[i].required;

		*why = DKIM_WHY_TAG_MISSING;
		if (required && !tag(&r, span_of_string(required)).p)
			return PARSE_BAD;
		*why = steps[i].why;
		if (!steps[i].read(&r))
			return r.failed ? PARSE_FAILED : PARSE_BAD;
	}
	return PARSE_OK;
}
