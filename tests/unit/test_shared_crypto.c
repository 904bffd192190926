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

/* The number of answers that are wrong. */
static void *run(void *which)
{
	struct dkim_claim good = signers[*(size_t *)which % 2].claim, bad = good;
	uintptr_t wrong = 0;

	bad.signature = signers[(*(size_t *)which + 1) % 2].claim.signature;
	for (int i = 0; i < ROUNDS; i++) {
		struct dkim_hash *hash = crypto->hash_begin(crypto->self);
		unsigned char out[DKIM_HASH_BYTES] = { 0 };

		if (hash) {
			crypto->hash_update(hash, SPAN("text"));
			wrong += !crypto->hash_end(crypto->self, hash, out);
		}
		wrong += memcmp(out, digest, sizeof(out)) != 0;
		wrong += crypto->judge_key(crypto->self, &good) != DKIM_CRYPTO_VERIFIED;
		wrong += crypto->verify(crypto->self, &good) != DKIM_CRYPTO_VERIFIED;
		wrong += crypto->verify(crypto->self, &bad) != DKIM_CRYPTO_WRONG;
	}
	return (void *)wrong;
}

TEST(many_threads)
{
	pthread_t threads[2 * VERIFIERS];
	size_t numbers[N_ELEMENTS(threads)];

	crypto = shared_crypto_open(MESSAGES, VERIFIERS);
	CHECK(crypto);
	CHECK_EQ(crypto->cpu_has_avx2, cpu_has_avx2());
	make_digest();
	make_signer(&signers[0]);
	make_signer(&signers[1]);
	for (size_t i = 0; i < N_ELEMENTS(threads); i++) {
		numbers[i] = i;
		CHECK_EQ(pthread_create(&threads[i], NULL, run, &numbers[i]), 0);
	}
	for (size_t i = 0; i < N_ELEMENTS(threads); i++) {
		void *wrong;

		CHECK_EQ(pthread_join(threads[i], &wrong), 0);
		CHECK(!wrong);
	}
}

HARNESS_MAIN
