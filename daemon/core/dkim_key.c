// SPDX-License-Identifier: Apache-2.0
/* Tags are read in the order of RFC 6376 3.6.1.  g= of RFC 4871 and n= are ignored. */
#include "dkim_key.h"

#include "dkim_tag.h"

/* v= may be left out; else it comes first. */
static bool read_version(const struct dkim_tags *tags)
{
	struct span version = dkim_tags_find(tags, SPAN("v"));

	if (!version.p)
		return true;
	return version.p == tags->items[0].value.p && span_eq(version, SPAN("DKIM1"));
}

static bool read_type(const struct dkim_tags *tags, enum dkim_key_type *out)
{
	struct span type = dkim_tags_find(tags, SPAN("k"));

	*out = span_eq(type, SPAN("ed25519")) ? DKIM_KEY_ED25519 : DKIM_KEY_RSA;
	return !type.p || *out == DKIM_KEY_ED25519 || span_eq(type, SPAN("rsa"));
}

static bool read_flag(const struct dkim_tags *tags, struct span flag)
{
	struct span flags = dkim_tags_find(tags, SPAN("t"));

	return flags.p && dkim_tag_lists(flags, flag);
}

static bool for_email(const struct dkim_tags *tags)
{
	struct span services = dkim_tags_find(tags, SPAN("s"));

	return !services.p || dkim_tag_lists(services, SPAN("*")) ||
	       dkim_tag_lists(services, SPAN("email"));
}

static bool allows_sha256(const struct dkim_tags *tags)
{
	struct span hashes = dkim_tags_find(tags, SPAN("h"));

	return !hashes.p || dkim_tag_lists(hashes, SPAN("sha256"));
}

static enum parse_status bad(enum dkim_why *why, enum dkim_why reason)
{
	*why = reason;
	return PARSE_BAD;
}

enum parse_status dkim_key_parse(struct span record, struct dkim_key *out, enum dkim_why *why)
{
	struct dkim_tags tags;
	struct dkim_key key;

	if (dkim_tags_parse(record, &tags) != PARSE_OK)
		return bad(why, DKIM_WHY_KEY_MALFORMED);
	if (!read_version(&tags))
		return bad(why, DKIM_WHY_KEY_VERSION);
	if (!read_type(&tags, &key.type))
		return bad(why, DKIM_WHY_KEY_TYPE);
	key.text = dkim_tags_find(&tags, SPAN("p"));
	if (!key.text.p)
		return bad(why, DKIM_WHY_KEY_MALFORMED);
	if (!key.text.len)
		return bad(why, DKIM_WHY_KEY_REVOKED);
	key.sha256 = allows_sha256(&tags);
	key.email = for_email(&tags);
	key.testing = read_flag(&tags, SPAN("y"));
	key.no_subdomains = read_flag(&tags, SPAN("s"));
	*out = key;
	return PARSE_OK;
}

bool dkim_key_suits(const struct dkim_key *key, const struct dkim_sig *sig, enum dkim_why *why)
{
	bool ed25519 = sig->algorithm == DKIM_ED25519_SHA256;

	if (!key->email)
		*why = DKIM_WHY_KEY_SERVICE;
	else if ((key->type == DKIM_KEY_ED25519) != ed25519)
		*why = DKIM_WHY_KEY_TYPE;
	else if (!key->sha256)
		*why = DKIM_WHY_KEY_HASH;
	else if (key->no_subdomains && sig->at_subdomain)
		*why = DKIM_WHY_KEY_SUBDOMAIN;
	else
		return true;
	return false;
}
