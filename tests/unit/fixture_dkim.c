// SPDX-License-Identifier: Apache-2.0
#include "fixture_dkim.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

struct dkim_hash {
	char *bytes;
	size_t len;
	struct dkim_hash *next;
};

/* All of the test, so that none counts as lost. */
static struct dkim_hash *hashes;

unsigned int fixture_dkim_refused;
int fixture_dkim_n_hashes;
unsigned int fixture_dkim_n_verified;

struct dkim_hash *fixture_dkim_hash(void)
{
	struct dkim_hash *hash = calloc(1, sizeof(*hash));

	hash->next = hashes;
	hashes = hash;
	return hash;
}

struct span fixture_dkim_kept(const struct dkim_hash *hash)
{
	return span_of(hash->bytes, hash->len);
}

void fixture_dkim_digest(struct span bytes, unsigned char digest[DKIM_HASH_BYTES])
{
	for (uint64_t i = 0; i < DKIM_HASH_BYTES; i++) {
		uint64_t hash = 14695981039346656037u + i;

		for (size_t k = 0; k < bytes.len; k++)
			hash = (hash ^ (unsigned char)bytes.p[k]) * 1099511628211u;
		digest[i] = (unsigned char)(hash >> 40);
	}
}

const char *fixture_dkim_base64(struct span bytes)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static char texts[2][48];
	static unsigned int turn;
	unsigned char digest[DKIM_HASH_BYTES + 1] = { 0 };
	char *text = texts[turn++ % 2], *out = text;

	fixture_dkim_digest(bytes, digest);
	for (size_t i = 0; i < DKIM_HASH_BYTES; i += 3) {
		unsigned int group = (unsigned int)(digest[i] << 16 | digest[i + 1] << 8 |
						    (i + 2 < DKIM_HASH_BYTES ? digest[i + 2] : 0));

		for (int shift = 18; shift >= 0; shift -= 6)
			*out++ = letters[group >> shift & 63];
	}
	out[-1] = '=';
	*out = '\0';
	return text;
}

/* The field's own canonical form ends where b= has its value: it is the last tag. */
void fixture_dkim_sign(const char *tags, const char *header, const char *body, char *value,
		       size_t size)
{
	bool relaxed = strstr(tags, "c=relaxed");
	char text[4096];
	int len;

	snprintf(value, size, " %s; bh=%s; b=", tags, fixture_dkim_base64(span_of_string(body)));
	len = snprintf(text, sizeof(text), "%s%s:%s", header,
		       relaxed ? "dkim-signature" : "DKIM-Signature", value + relaxed);
	strcat(value, fixture_dkim_base64(span_of(text, (size_t)len)));
}

static struct dkim_hash *begin(void *self)
{
	(void)self;
	if (fixture_dkim_refused) {
		fixture_dkim_refused--;
		return NULL;
	}
	fixture_dkim_n_hashes++;
	return fixture_dkim_hash();
}

static void update(struct dkim_hash *hash, struct span bytes)
{
	hash->bytes = realloc(hash->bytes, hash->len + bytes.len + 1);
	memcpy(hash->bytes + hash->len, bytes.p, bytes.len);
	hash->len += bytes.len;
}

static bool end(void *self, struct dkim_hash *hash, unsigned char digest[DKIM_HASH_BYTES])
{
	(void)self;
	fixture_dkim_n_hashes--;
	fixture_dkim_digest(fixture_dkim_kept(hash), digest);
	return true;
}

static enum dkim_crypto_status judge_key(void *self, const struct dkim_claim *claim)
{
	(void)self;
	if (span_eq(claim->key, SPAN("unusable")))
		return DKIM_CRYPTO_UNUSABLE;
	if (span_eq(claim->key, SPAN("short")))
		return claim->min_bits > 1024 ? DKIM_CRYPTO_SHORT : DKIM_CRYPTO_VERIFIED;
	if (span_eq(claim->key, SPAN("long")))
		return DKIM_CRYPTO_LONG;
	return span_eq(claim->key, SPAN("error")) ? DKIM_CRYPTO_ERROR : DKIM_CRYPTO_VERIFIED;
}

static enum dkim_crypto_status verify(void *self, const struct dkim_claim *claim)
{
	enum dkim_crypto_status state = judge_key(self, claim);

	fixture_dkim_n_verified++;
	if (state != DKIM_CRYPTO_VERIFIED)
		return state;
	if (span_eq(claim->key, SPAN("another")) || claim->signature.len != DKIM_HASH_BYTES)
		return DKIM_CRYPTO_WRONG;
	return memcmp(claim->signature.p, claim->digest, DKIM_HASH_BYTES) == 0 ?
		       DKIM_CRYPTO_VERIFIED :
		       DKIM_CRYPTO_WRONG;
}

const struct dkim_crypto fixture_dkim_crypto = {
	.hash_begin = begin,
	.hash_update = update,
	.hash_end = end,
	.judge_key = judge_key,
	.verify = verify,
};
