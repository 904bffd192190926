// SPDX-License-Identifier: Apache-2.0
#include "shared_crypto.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "openssl_dkim.h"

struct verifier {
	pthread_mutex_t lock; /* of the crypto's self */
	const struct dkim_crypto *crypto;
};

static struct shared {
	pthread_mutex_t lock;		  /* of the hashes' self */
	const struct dkim_crypto *hashes; /* and nothing else of it */
	struct verifier *verifiers;
	size_t n_verifiers;
	atomic_size_t turn; /* whom the next one waits for if none is free */
} shared = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct dkim_hash *hash_begin(void *self)
{
	struct dkim_hash *hash;

	(void)self;
	pthread_mutex_lock(&shared.lock);
	hash = shared.hashes->hash_begin(shared.hashes->self);
	pthread_mutex_unlock(&shared.lock);
	return hash;
}

static void hash_update(struct dkim_hash *hash, struct span bytes)
{
	shared.hashes->hash_update(hash, bytes);
}

static bool hash_end(void *self, struct dkim_hash *hash, unsigned char digest[DKIM_HASH_BYTES])
{
	bool ok;

	(void)self;
	pthread_mutex_lock(&shared.lock);
	ok = shared.hashes->hash_end(shared.hashes->self, hash, digest);
	pthread_mutex_unlock(&shared.lock);
	return ok;
}

/* The first that is free, so that few keys are decoded more than once. */
static struct verifier *take_verifier(void)
{
	struct verifier *next;

	for (size_t i = 0; i < shared.n_verifiers; i++)
		if (!pthread_mutex_trylock(&shared.verifiers[i].lock))
			return &shared.verifiers[i];
	next = &shared.verifiers[atomic_fetch_add(&shared.turn, 1) % shared.n_verifiers];
	pthread_mutex_lock(&next->lock);
	return next;
}

static enum dkim_crypto_status judge_key(void *self, const struct dkim_claim *claim)
{
	struct verifier *verifier = take_verifier();
	enum dkim_crypto_status status;

	(void)self;
	status = verifier->crypto->judge_key(verifier->crypto->self, claim);
	pthread_mutex_unlock(&verifier->lock);
	return status;
}

static enum dkim_crypto_status verify(void *self, const struct dkim_claim *claim)
{
	struct verifier *verifier = take_verifier();
	enum dkim_crypto_status status;

	(void)self;
	status = verifier->crypto->verify(verifier->crypto->self, claim);
	pthread_mutex_unlock(&verifier->lock);
	return status;
}

static const struct dkim_crypto *open_crypto(size_t messages)
{
	struct openssl_dkim *openssl = openssl_dkim_open(messages);

	return openssl ? openssl_dkim_crypto(openssl) : NULL;
}

static bool open_verifiers(size_t n)
{
	shared.verifiers = calloc(n, sizeof(*shared.verifiers));
	for (; shared.verifiers && shared.n_verifiers < n; shared.n_verifiers++) {
		struct verifier *verifier = &shared.verifiers[shared.n_verifiers];

		pthread_mutex_init(&verifier->lock, NULL);
		verifier->crypto = open_crypto(0);
		if (!verifier->crypto)
			return false;
	}
	return shared.verifiers;
}

const struct dkim_crypto *shared_crypto_open(size_t messages, size_t verifiers)
{
	static struct dkim_crypto crypto = {
		.hash_begin = hash_begin,
		.hash_update = hash_update,
		.hash_end = hash_end,
		.judge_key = judge_key,
		.verify = verify,
	};

	shared.hashes = open_crypto(messages);
	if (!shared.hashes || !open_verifiers(verifiers))
		return NULL;
	crypto.cpu_has_avx2 = shared.hashes->cpu_has_avx2;
	return &crypto;
}
