// SPDX-License-Identifier: Apache-2.0
#include "stub_crypto.h"

#include <assert.h>

#include "dkim_options.h"

/* The bodies' and the header's. */
#define HASHES_MAX (DKIM_SIGNATURES_MAX + 1)

struct dkim_hash {
	unsigned char sum;
	bool used;
};

static struct dkim_hash hashes[HASHES_MAX];

static struct dkim_hash *begin(void *self)
{
	(void)self;
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if (!hashes[i].used) {
			hashes[i] = (struct dkim_hash){ .used = true };
			return &hashes[i];
		}
	}
	return NULL;
}

static void update(struct dkim_hash *hash, struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		hash->sum ^= (unsigned char)bytes.p[i];
}

/* A digest that a fuzzer can hit. */
static bool end(void *self, struct dkim_hash *hash, unsigned char digest[DKIM_HASH_BYTES])
{
	(void)self;
	assert(hash->used);
	hash->used = false;
	memset(digest, hash->sum & 1, DKIM_HASH_BYTES);
	return true;
}

static enum dkim_crypto_status judge_key(void *self, const struct dkim_claim *claim)
{
	(void)self;
	assert(claim->key.len);
	return (enum dkim_crypto_status)(claim->key.p[0] % (DKIM_CRYPTO_ERROR + 1));
}

static enum dkim_crypto_status verify(void *self, const struct dkim_claim *claim)
{
	assert(claim->digest && claim->signature.len);
	return judge_key(self, claim);
}

const struct dkim_crypto stub_crypto = {
	.hash_begin = begin,
	.hash_update = update,
	.hash_end = end,
	.judge_key = judge_key,
	.verify = verify,
};

size_t stub_crypto_hashes(void)
{
	size_t n = 0;

	for (size_t i = 0; i < HASHES_MAX; i++)
		n += hashes[i].used;
	return n;
}
