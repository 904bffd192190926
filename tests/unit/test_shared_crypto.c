// SPDX-License-Identifier: Apache-2.0
/* One crypto, many threads. */
#include "shared_crypto.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <pthread.h>

#include "cpu.h"
#include "fixture.h"
#include "harness.h"

#define MESSAGES  8
#define VERIFIERS 3
#define ROUNDS	  200

static const struct dkim_crypto *crypto;
static unsigned char digest[DKIM_HASH_BYTES];

/* A key, its text in a record, and what it has signed. */
struct signer {
	unsigned char text[1024];
	unsigned char signature[256];
	struct dkim_claim claim;
};

static struct signer signers[2];

static void make_signer(struct signer *signer)
{
	EVP_PKEY *key = EVP_RSA_gen(1024);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	size_t len = sizeof(signer->signature);
	unsigned char *der = NULL;
	int der_len = i2d_PUBKEY(key, &der);

	CHECK_EQ(EVP_PKEY_sign_init(context), 1);
	CHECK_EQ(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), 1);
	CHECK_EQ(EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()), 1);
	CHECK_EQ(EVP_PKEY_sign(context, signer->signature, &len, digest, sizeof(digest)), 1);
	signer->claim = (struct dkim_claim){
		.type = DKIM_KEY_RSA,
		.key = span_of((const char *)signer->text,
			       (size_t)EVP_EncodeBlock(signer->text, der, der_len)),
		.min_bits = 1024,
		.digest = digest,
		.signature = span_of((const char *)signer->signature, len),
	};
	OPENSSL_free(der);
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(key);
}

static void make_digest(void)
{
	struct dkim_hash *hash = crypto->hash_begin(crypto->self);

	crypto->hash_update(hash, SPAN("text"));
	CHECK(crypto->hash_end(crypto->self, hash, digest));
}

struct thread {
	pthread_t id;
	size_t number;
	unsigned int wrong; /* answers */
};

static void *run(void *arg)
{
	struct thread *thread = arg;
	struct dkim_claim good = signers[thread->number % 2].claim, bad = good;

	bad.signature = signers[(thread->number + 1) % 2].claim.signature;
	for (int i = 0; i < ROUNDS; i++) {
		struct dkim_hash *hash = crypto->hash_begin(crypto->self);
		unsigned char out[DKIM_HASH_BYTES] = { 0 };

		if (hash) {
			crypto->hash_update(hash, SPAN("text"));
			thread->wrong += !crypto->hash_end(crypto->self, hash, out);
		}
		thread->wrong += memcmp(out, digest, sizeof(out)) != 0;
		thread->wrong += crypto->judge_key(crypto->self, &good) != DKIM_CRYPTO_VERIFIED;
		thread->wrong += crypto->verify(crypto->self, &good) != DKIM_CRYPTO_VERIFIED;
		thread->wrong += crypto->verify(crypto->self, &bad) != DKIM_CRYPTO_WRONG;
	}
	return NULL;
}

TEST(many_threads)
{
	struct thread threads[2 * VERIFIERS];

	crypto = shared_crypto_open(MESSAGES, VERIFIERS);
	CHECK(crypto);
	CHECK_EQ(crypto->cpu_has_avx2, cpu_has_avx2());
	make_digest();
	make_signer(&signers[0]);
	make_signer(&signers[1]);
	for (size_t i = 0; i < N_ELEMENTS(threads); i++) {
		threads[i] = (struct thread){ .number = i };
		CHECK_EQ(pthread_create(&threads[i].id, NULL, run, &threads[i]), 0);
	}
	for (size_t i = 0; i < N_ELEMENTS(threads); i++) {
		CHECK_EQ(pthread_join(threads[i].id, NULL), 0);
		CHECK_EQ(threads[i].wrong, 0);
	}
}

HARNESS_MAIN
