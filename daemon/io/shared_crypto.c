// SPDX-License-Identifier: Apache-2.0
#include "shared_crypto.h"

#include <pthread.h>

#include "openssl_dkim.h"

static struct shared {
	pthread_mutex_t lock;
	const struct dkim_crypto *crypto; /* whose self is only used with the lock held */
} shared = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct dkim_hash *hash_begin(void *self)
{
	struct dkim_hash *hash;

	(void)self;
	pthread_mutex_lock(&shared.lock);
	hash = shared.crypto->hash_begin(shared.crypto->self);
	pthread_mutex_unlock(&shared.lock);
	return hash;
}

static void hash_update(struct dkim_hash *hash, struct span bytes)
{
	shared.crypto->hash_update(hash, bytes);
}

static bool hash_end(void *self, struct dkim_hash *hash, unsigned char digest[DKIM_HASH_BYTES])
{
	bool ok;

	(void)self;
	pthread_mutex_lock(&shared.lock);
	ok = shared.crypto->hash_end(shared.crypto->self, hash, digest);
	pthread_mutex_unlock(&shared.lock);
	return ok;
}

static enum dkim_crypto_status judge_key(void *self, const struct dkim_claim *claim)
{
	enum dkim_crypto_status status;

	(void)self;
	pthread_mutex_lock(&shared.lock);
	status = shared.crypto->judge_key(shared.crypto->self, claim);
	pthread_mutex_unlock(&shared.lock);
	return status;
}

static enum dkim_crypto_status verify(void *self, const struct dkim_claim *claim)
{
	enum dkim_crypto_status status;

	(void)self;
	pthread_mutex_lock(&shared.lock);
	status = shared.crypto->verify(shared.crypto->self, claim);
	pthread_mutex_unlock(&shared.lock);
	return status;
}

const struct dkim_crypto *shared_crypto_open(size_t messages)
{
	static const struct dkim_crypto crypto = {
		.hash_begin = hash_begin,
		.hash_update = hash_update,
		.hash_end = hash_end,
		.judge_key = judge_key,
		.verify = verify,
	};
	struct openssl_dkim *openssl = openssl_dkim_open(messages);

	if (!openssl)
		return NULL;
	shared.crypto = openssl_dkim_crypto(openssl);
	return &crypto;
}
