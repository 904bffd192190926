// SPDX-License-Identifier: Apache-2.0
#include "openssl_dkim.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "cpu.h"
#include "key_cache.h"

/* A context is on the free list or lent. */
struct dkim_hash {
	EVP_MD_CTX *context;
	bool failed;
	struct dkim_hash *next;
};

struct openssl_dkim {
	struct dkim_crypto crypto;
	EVP_MD *sha256;
	struct dkim_hash *free;
	size_t n_hashes, hashes_max;
	EVP_MD_CTX *ed25519;
	struct key_cache *keys;
};

/* --- hashes ----------------------------------------------------------------------------------- */

static struct dkim_hash *new_hash(struct openssl_dkim *self)
{
	struct dkim_hash *hash;

	if (self->n_hashes == self->hashes_max)
		return NULL;
	hash = calloc(1, sizeof(*hash));
	if (!hash)
		return NULL;
	hash->context = EVP_MD_CTX_new();
	if (!hash->context || EVP_DigestInit_ex2(hash->context, self->sha256, NULL) != 1) {
		EVP_MD_CTX_free(hash->context);
		free(hash);
		return NULL;
	}
	self->n_hashes++;
	return hash;
}

static struct dkim_hash *hash_begin(void *opaque)
{
	struct openssl_dkim *self = opaque;
	struct dkim_hash *hash = self->free;

	if (!hash)
		hash = new_hash(self);
	else
		self->free = hash->next;
	if (hash)
		hash->failed = EVP_DigestInit_ex2(hash->context, NULL, NULL) != 1;
	return hash;
}

static void hash_update(struct dkim_hash *hash, struct span bytes)
{
	if (EVP_DigestUpdate(hash->context, bytes.p, bytes.len) != 1)
		hash->failed = true;
}

static bool hash_end(void *opaque, struct dkim_hash *hash, unsigned char digest[DKIM_HASH_BYTES])
{
	struct openssl_dkim *self = opaque;
	bool ok = EVP_DigestFinal_ex(hash->context, digest, NULL) == 1 && !hash->failed;

	hash->next = self->free;
	self->free = hash;
	return ok;
}

/* --- signatures ------------------------------------------------------------------------------- */

static enum dkim_crypto_status verified_if(bool verified)
{
	if (verified)
		return DKIM_CRYPTO_VERIFIED;
	ERR_clear_error();
	return DKIM_CRYPTO_WRONG;
}

static enum dkim_crypto_status verify_rsa(const struct public_key *key,
					  const struct dkim_claim *claim)
{
	return verified_if(EVP_PKEY_verify(key->rsa, (const unsigned char *)claim->signature.p,
					   claim->signature.len, claim->digest,
					   DKIM_HASH_BYTES) == 1);
}

static enum dkim_crypto_status verify_ed25519(struct openssl_dkim *self,
					      const struct public_key *key,
					      const struct dkim_claim *claim)
{
	EVP_MD_CTX *context = self->ed25519;

	EVP_MD_CTX_reset(context);
	if (EVP_DigestVerifyInit(context, NULL, NULL, NULL, key->key) != 1) {
		ERR_clear_error();
		return DKIM_CRYPTO_ERROR;
	}
	return verified_if(EVP_DigestVerify(context, (const unsigned char *)claim->signature.p,
					    claim->signature.len, claim->digest,
					    DKIM_HASH_BYTES) == 1);
}

static enum dkim_crypto_status judge(const struct public_key *key, const struct dkim_claim *claim)
{
	if (key->state == DKIM_CRYPTO_VERIFIED && claim->type == DKIM_KEY_RSA &&
	    key->bits < claim->min_bits)
		return DKIM_CRYPTO_SHORT;
	return key->state;
}

static enum dkim_crypto_status judge_key(void *opaque, const struct dkim_claim *claim)
{
	struct openssl_dkim *self = opaque;

	return judge(key_cache_find(self->keys, claim->type, claim->key), claim);
}

static enum dkim_crypto_status verify(void *opaque, const struct dkim_claim *claim)
{
	struct openssl_dkim *self = opaque;
	const struct public_key *key = key_cache_find(self->keys, claim->type, claim->key);
	enum dkim_crypto_status state = judge(key, claim);

	if (state != DKIM_CRYPTO_VERIFIED)
		return state;
	if (claim->type == DKIM_KEY_ED25519)
		return verify_ed25519(self, key, claim);
	return verify_rsa(key, claim);
}

/* --- life ------------------------------------------------------------------------------------- */

struct openssl_dkim *openssl_dkim_open(size_t messages)
{
	struct openssl_dkim *self = calloc(1, sizeof(*self));

	if (!self)
		return NULL;
	self->crypto = (struct dkim_crypto){
		.self = self,
		.cpu_has_avx2 = cpu_has_avx2(),
		.hash_begin = hash_begin,
		.hash_update = hash_update,
		.hash_end = hash_end,
		.judge_key = judge_key,
		.verify = verify,
	};
	self->hashes_max = messages * DKIM_SIGNATURES_MAX;
	self->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	self->ed25519 = EVP_MD_CTX_new();
	self->keys = key_cache_open(OPENSSL_DKIM_KEYS);
	if (!self->sha256 || !self->ed25519 || !self->keys) {
		openssl_dkim_close(self);
		return NULL;
	}
	return self;
}

void openssl_dkim_close(struct openssl_dkim *self)
{
	if (!self)
		return;
	while (self->free) {
		struct dkim_hash *hash = self->free;

		self->free = hash->next;
		EVP_MD_CTX_free(hash->context);
		free(hash);
	}
	key_cache_close(self->keys);
	EVP_MD_CTX_free(self->ed25519);
	EVP_MD_free(self->sha256);
	free(self);
}

const struct dkim_crypto *openssl_dkim_crypto(struct openssl_dkim *self)
{
	return &self->crypto;
}
