// SPDX-License-Identifier: Apache-2.0
/* The steps of RFC 6376 6.1.1 (field), 6.1.2 (key) and 6.1.3 (hashes), in that order. */
#include "dkim_check.h"

#include <assert.h>

#include "dkim_body.h"
#include "dkim_key.h"
#include "dkim_signed.h"
#include "dkim_verify.h"

/* A hash of the body, for all signatures that want the same. */
struct dkim_check_hash {
	enum dkim_canon canon;
	uint64_t limit;
	struct dkim_hash *hash; /* NULL once it has ended */
	bool ok;		/* the digest holds */
	unsigned char digest[DKIM_HASH_BYTES];
	struct dkim_body body;
	struct dkim_sink sink;
};

/* A key record's name, and what was found there. */
struct dkim_check_name {
	struct span text;
	enum dkim_care care; /* the most of those who need it */
	bool answered;
	enum dkim_why why; /* of no usable record: the first one's, or the answer's */
	struct dkim_key keys[DNS_TEXTS_MAX];
	size_t n_keys;
};

/* What a signature needs; of one that is open. */
struct dkim_check_needs {
	struct dkim_check_name *name;
	struct dkim_check_hash *hash;
};

struct dkim_check {
	const struct dkim_options *options;
	struct arena *arena;
	struct dkim_signed fields;
	struct dkim_choice tried;
	struct dkim_check_needs needs[DKIM_SIGNATURES_MAX]; /* of tried */
	struct dkim_check_name *names[DKIM_SIGNATURES_MAX];
	size_t n_names;
	struct dkim_check_hash *hashes[DKIM_SIGNATURES_MAX];
	size_t n_hashes;
};

/* --- what they need --------------------------------------------------------------------------- */

static size_t compose_name(const struct dkim_sig *sig, char out[static DKIM_NAME_MAX])
{
	struct outbuf text = outbuf_over(out, DKIM_NAME_MAX);

	outbuf_put(&text, domain_span(&sig->selector));
	outbuf_put(&text, SPAN("._domainkey."));
	outbuf_put(&text, domain_span(&sig->domain));
	assert(outbuf_ok(&text));
	return text.len;
}

static struct dkim_check_name *add_name(struct dkim_check *check, struct span text)
{
	struct dkim_check_name *name = arena_record(check->arena, sizeof(*name) + text.len);

	if (!name)
		return NULL;
	*name = (struct dkim_check_name){ .why = DKIM_WHY_KEY_ABSENT };
	name->text = span_of(memcpy(name + 1, text.p, text.len), text.len);
	check->names[check->n_names++] = name;
	return name;
}

static struct dkim_check_name *need_name(struct dkim_check *check, const struct dkim_sig *sig)
{
	char bytes[DKIM_NAME_MAX];
	struct span text = span_of(bytes, compose_name(sig, bytes));

	for (size_t i = 0; i < check->n_names; i++)
		if (span_eq(check->names[i]->text, text))
			return check->names[i];
	return add_name(check, text);
}

/* A hash that the crypto refuses to begin leaves its signatures without an answer. */
static struct dkim_check_hash *add_hash(struct dkim_check *check, enum dkim_canon canon,
					uint64_t limit)
{
	const struct dkim_crypto *crypto = check->options->crypto;
	struct dkim_check_hash *hash = arena_record(check->arena, sizeof(*hash));

	if (!hash)
		return NULL;
	hash->canon = canon;
	hash->limit = limit;
	hash->ok = false;
	hash->hash = crypto->hash_begin(crypto->self);
	dkim_sink_init(&hash->sink, crypto, hash->hash);
	dkim_body_begin(&hash->body, canon, &hash->sink, limit);
	check->hashes[check->n_hashes++] = hash;
	return hash;
}

static struct dkim_check_hash *need_hash(struct dkim_check *check, const struct dkim_sig *sig)
{
	uint64_t limit = sig->has_body_length ? sig->body_length : UINT64_MAX;

	for (size_t i = 0; i < check->n_hashes; i++)
		if (check->hashes[i]->canon == sig->body_canon && check->hashes[i]->limit == limit)
			return check->hashes[i];
	return add_hash(check, sig->body_canon, limit);
}

static bool note_needs(struct dkim_check *check)
{
	for (size_t i = 0; i < check->tried.n; i++) {
		const struct dkim_signature *signature = check->tried.items[i];
		struct dkim_check_needs *needs = &check->needs[i];

		if (!dkim_signature_is_open(signature))
			continue;
		needs->name = need_name(check, &signature->sig);
		needs->hash = need_hash(check, &signature->sig);
		if (!needs->name || !needs->hash)
			return false;
		if (signature->care > needs->name->care)
			needs->name->care = signature->care;
	}
	return true;
}

struct dkim_check *dkim_check_begin(const struct dkim_options *options,
				    const struct header_index *headers, struct arena *arena)
{
	struct dkim_check *check = arena_record(arena, sizeof(*check));

	assert(options->max_signatures >= 1 && options->max_signatures <= DKIM_SIGNATURES_MAX);
	if (!check)
		return NULL;
	check->options = options;
	check->arena = arena;
	check->n_names = 0;
	check->n_hashes = 0;
	if (dkim_choice_make(&check->tried, options, headers, arena) && note_needs(check) &&
	    (!check->n_names || dkim_signed_init(&check->fields, arena, headers)))
		return check;
	dkim_check_abandon(check);
	return NULL;
}

/* --- keys ------------------------------------------------------------------------------------- */

bool dkim_check_name(const struct dkim_check *check, size_t i, struct span *name)
{
	if (i >= check->n_names)
		return false;
	*name = check->names[i]->text;
	return true;
}

enum dkim_care dkim_check_care(const struct dkim_check *check, size_t i)
{
	assert(i < check->n_names);
	return check->names[i]->care;
}

bool dkim_check_waits(const struct dkim_check *check)
{
	for (size_t i = 0; i < check->n_names; i++)
		if (!check->names[i]->answered)
			return true;
	return false;
}

/* Its text is all that outlives the answer. */
static bool keep_key(struct dkim_check *check, struct dkim_check_name *name,
		     const struct dkim_key *key)
{
	char *text = arena_record(check->arena, key->text.len);

	if (!text)
		return false;
	memcpy(text, key->text.p, key->text.len);
	name->keys[name->n_keys] = *key;
	name->keys[name->n_keys++].text.p = text;
	return true;
}

static bool read_records(struct dkim_check *check, struct dkim_check_name *name,
			 const struct dns_answer *answer)
{
	for (size_t i = 0; i < answer->n; i++) {
		enum dkim_why why;
		struct dkim_key key;

		if (dkim_key_parse(answer->texts[i], &key, &why) == PARSE_OK) {
			if (!keep_key(check, name, &key))
				return false;
		} else if (name->why == DKIM_WHY_KEY_ABSENT) {
			name->why = why;
		}
	}
	return true;
}

bool dkim_check_answer(struct dkim_check *check, size_t i, const struct dns_answer *answer)
{
	struct dkim_check_name *name = check->names[i];

	assert(i < check->n_names);
	if (name->answered)
		return true;
	name->answered = true;
	switch (answer->status) {
	case DNS_FOUND:
		return read_records(check, name, answer);
	case DNS_NO_NAME:
	case DNS_NO_DATA:
		name->why = DKIM_WHY_KEY_ABSENT;
		break;
	case DNS_FAILED:
		name->why = DKIM_WHY_KEY_UNAVAILABLE;
		break;
	case DNS_UNREADABLE:
		name->why = DKIM_WHY_KEY_UNREADABLE;
		break;
	}
	return true;
}

/* --- the body --------------------------------------------------------------------------------- */

void dkim_check_body(struct dkim_check *check, struct span chunk)
{
	for (size_t i = 0; i < check->n_hashes; i++)
		if (check->hashes[i]->hash)
			dkim_body_chunk(&check->hashes[i]->body, chunk);
}

static void end_hash(const struct dkim_crypto *crypto, struct dkim_check_hash *hash)
{
	if (!hash->hash)
		return;
	dkim_body_end(&hash->body);
	dkim_sink_flush(&hash->sink);
	hash->ok = crypto->hash_end(crypto->self, hash->hash, hash->digest);
	hash->hash = NULL;
}

static enum dkim_why judge_body(const struct dkim_check_hash *hash, const struct dkim_sig *sig)
{
	if (sig->body_hash_len != DKIM_HASH_BYTES)
		return DKIM_WHY_BODY_HASH;
	if (!hash->ok)
		return DKIM_WHY_INTERNAL;
	if (sig->has_body_length && hash->body.put < sig->body_length)
		return DKIM_WHY_BODY_SHORT;
	return memcmp(hash->digest, sig->body_hash, DKIM_HASH_BYTES) == 0 ? DKIM_WHY_VERIFIED :
									    DKIM_WHY_BODY_HASH;
}

/* --- the end ---------------------------------------------------------------------------------- */

/* Whether one of the keys can be used; if not, *why says why the first one cannot. */
static bool has_key(const struct dkim_check *check, const struct dkim_check_name *name,
		    const struct dkim_sig *sig, enum dkim_why *why)
{
	*why = name->why;
	for (size_t i = 0; i < name->n_keys; i++) {
		enum dkim_why state = dkim_verify_judge_key(check->options, sig, &name->keys[i]);

		if (state == DKIM_WHY_VERIFIED)
			return true;
		if (i == 0)
			*why = state;
	}
	return false;
}

static enum dkim_why try_keys(struct dkim_check *check, struct dkim_signature *signature,
			      const struct dkim_check_name *name)
{
	unsigned char digest[DKIM_HASH_BYTES];
	enum dkim_why first = name->why, why;

	why = dkim_verify_hash(check->options, &check->fields, signature, digest);
	if (why != DKIM_WHY_VERIFIED)
		return why;
	for (size_t i = 0; i < name->n_keys; i++) {
		why = dkim_verify_key(check->options, &signature->sig, &name->keys[i], digest);
		signature->testing = name->keys[i].testing;
		if (why == DKIM_WHY_VERIFIED)
			return why;
		if (i == 0)
			first = why;
	}
	return first;
}

/*
 * Of a body that differs nothing need be verified.  If no key is good for anything that is said
 * rather, but not that none can be had for now: no key saves the signature.
 */
static enum dkim_why judge_keys(const struct dkim_check *check, const struct dkim_check_name *name,
				const struct dkim_sig *sig, enum dkim_why body)
{
	enum dkim_why why;

	if (has_key(check, name, sig, &why) || dkim_why_result(why) == DKIM_TEMPERROR)
		return body;
	return why;
}

/* Of several keys, one that verifies is enough (6.1.2); the first says why none does. */
static void judge(struct dkim_check *check, struct dkim_signature *signature,
		  const struct dkim_check_needs *needs)
{
	enum dkim_why body = judge_body(needs->hash, &signature->sig);

	signature->partial = needs->hash->body.beyond;
	if (body != DKIM_WHY_VERIFIED)
		signature->why = judge_keys(check, needs->name, &signature->sig, body);
	else if (needs->name->n_keys)
		signature->why = try_keys(check, signature, needs->name);
	else
		signature->why = needs->name->why;
}

void dkim_check_end(struct dkim_check *check)
{
	assert(!dkim_check_waits(check));
	for (size_t i = 0; i < check->n_hashes; i++)
		end_hash(check->options->crypto, check->hashes[i]);
	for (size_t i = 0; i < check->tried.n; i++)
		if (dkim_signature_is_open(check->tried.items[i]))
			judge(check, check->tried.items[i], &check->needs[i]);
}

void dkim_check_abandon(struct dkim_check *check)
{
	for (size_t i = 0; i < check->n_hashes; i++)
		end_hash(check->options->crypto, check->hashes[i]);
}

bool dkim_check_signature(const struct dkim_check *check, size_t i,
			  const struct dkim_signature **signature)
{
	if (i >= check->tried.n)
		return false;
	*signature = check->tried.items[i];
	return true;
}
