// SPDX-License-Identifier: Apache-2.0
/* The functions of dkim_crypto.h on OpenSSL, with keys made by the test. */
#include "openssl_dkim.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "fixture.h"
#include "harness.h"
#include "key_cache.h"

#define MESSAGES 1000

static struct openssl_dkim *openssl;
static const struct dkim_crypto *crypto;
static const unsigned char digest[DKIM_HASH_BYTES] = "digest";

static void open_crypto(void)
{
	openssl = openssl_dkim_open(MESSAGES);
	crypto = openssl_dkim_crypto(openssl);
}

/* As many as the messages that it is for may hold, and no more. */
TEST(hashes_until_there_are_no_more)
{
	static struct dkim_hash *hashes[MESSAGES * DKIM_SIGNATURES_MAX];
	unsigned char out[DKIM_HASH_BYTES];
	size_t n = 0;

	open_crypto();
	while (n < N_ELEMENTS(hashes) && (hashes[n] = crypto->hash_begin(crypto->self)))
		n++;
	CHECK_EQ(n, N_ELEMENTS(hashes));
	CHECK(!crypto->hash_begin(crypto->self));
	CHECK(crypto->hash_end(crypto->self, hashes[--n], out));
	hashes[n++] = crypto->hash_begin(crypto->self);
	CHECK(hashes[n - 1]);
	while (n)
		crypto->hash_end(crypto->self, hashes[--n], out);
	openssl_dkim_close(openssl);
}

static struct span base64(const unsigned char *bytes, int len)
{
	static unsigned char texts[4][4096];
	static unsigned int turn;
	unsigned char *text = texts[turn++ % 4];
	int text_len = EVP_EncodeBlock(text, bytes, len);

	return span_of((const char *)text, (size_t)text_len);
}

static struct span public_text(EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);
	struct span text = base64(der, len);

	OPENSSL_free(der);
	return text;
}

static struct span pkcs1_text(EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int len = i2d_PublicKey(key, &der);
	struct span text = base64(der, len);

	OPENSSL_free(der);
	return text;
}

static struct span ed25519_text(EVP_PKEY *key)
{
	unsigned char bytes[32];
	size_t len = sizeof(bytes);

	CHECK_EQ(EVP_PKEY_get_raw_public_key(key, bytes, &len), 1);
	return base64(bytes, 32);
}

static struct span sign_rsa(EVP_PKEY *key)
{
	static unsigned char signature[1024];
	size_t len = sizeof(signature);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);

	CHECK_EQ(EVP_PKEY_sign_init(context), 1);
	CHECK_EQ(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), 1);
	CHECK_EQ(EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()), 1);
	CHECK_EQ(EVP_PKEY_sign(context, signature, &len, digest, sizeof(digest)), 1);
	EVP_PKEY_CTX_free(context);
	return span_of((const char *)signature, len);
}

static struct span sign_ed25519(EVP_PKEY *key)
{
	static unsigned char signature[64];
	size_t len = sizeof(signature);
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	CHECK_EQ(EVP_DigestSignInit(context, NULL, NULL, NULL, key), 1);
	CHECK_EQ(EVP_DigestSign(context, signature, &len, digest, sizeof(digest)), 1);
	EVP_MD_CTX_free(context);
	return span_of((const char *)signature, len);
}

static struct dkim_claim claim_of(enum dkim_key_type type, struct span key, struct span signature)
{
	return (struct dkim_claim){
		.type = type,
		.key = key,
		.min_bits = 1024,
		.digest = digest,
		.signature = signature,
	};
}

static enum dkim_crypto_status verify(struct dkim_claim claim)
{
	enum dkim_crypto_status first = crypto->verify(crypto->self, &claim);

	/* Cached, it is judged the same. */
	CHECK_EQ(crypto->verify(crypto->self, &claim), first);
	return first;
}

TEST(hashes)
{
	static const unsigned char of_abc[] =
		"\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23"
		"\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61\xf2\x00\x15\xad"; /* FIPS 180-4 */
	struct dkim_hash *hashes[20];
	unsigned char out[DKIM_HASH_BYTES];

	open_crypto();
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < N_ELEMENTS(hashes); i++) {
			hashes[i] = crypto->hash_begin(crypto->self);
			crypto->hash_update(hashes[i], SPAN("a"));
		}
		for (size_t i = 0; i < N_ELEMENTS(hashes); i++) {
			crypto->hash_update(hashes[i], SPAN("bc"));
			CHECK(crypto->hash_end(crypto->self, hashes[i], out));
			CHECK_BYTES(out, sizeof(out), of_abc, 32);
		}
	}
	openssl_dkim_close(openssl);
	openssl_dkim_close(NULL);
}

static void check_rsa(unsigned int bits, enum dkim_crypto_status wanted)
{
	EVP_PKEY *key = EVP_RSA_gen(bits);
	struct dkim_claim claim = claim_of(DKIM_KEY_RSA, public_text(key), sign_rsa(key));

	harness_row("%u bits", bits);
	CHECK_EQ(verify(claim), wanted);
	CHECK_EQ(crypto->judge_key(crypto->self, &claim), wanted);
	if (wanted == DKIM_CRYPTO_VERIFIED) {
		claim.signature.len--;
		CHECK_EQ(verify(claim), DKIM_CRYPTO_WRONG);
		claim.signature = SPAN("x");
		CHECK_EQ(verify(claim), DKIM_CRYPTO_WRONG);
		claim.min_bits = bits + 1;
		CHECK_EQ(verify(claim), DKIM_CRYPTO_SHORT);
		CHECK_EQ(crypto->judge_key(crypto->self, &claim), DKIM_CRYPTO_SHORT);
	}
	EVP_PKEY_free(key);
}

TEST(rsa)
{
	open_crypto();
	check_rsa(768, DKIM_CRYPTO_SHORT);
	check_rsa(1023, DKIM_CRYPTO_SHORT);
	check_rsa(1024, DKIM_CRYPTO_VERIFIED);
	check_rsa(2048, DKIM_CRYPTO_VERIFIED);
	check_rsa(4096, DKIM_CRYPTO_VERIFIED);
	openssl_dkim_close(openssl);
}

/* A modulus that is no product of two primes will do; making one that is takes seconds. */
TEST(rsa_too_long)
{
	unsigned char modulus[513] = { 1 }, exponent[] = { 3 };
	const OSSL_PARAM numbers[] = {
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, modulus, sizeof(modulus)),
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, exponent, sizeof(exponent)),
		OSSL_PARAM_END,
	};
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;

	modulus[sizeof(modulus) - 1] = 1; /* 2^4096 + 1, in either order of bytes */
	open_crypto();
	CHECK_EQ(EVP_PKEY_fromdata_init(context), 1);
	CHECK_EQ(EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, (OSSL_PARAM *)numbers), 1);
	CHECK_EQ(verify(claim_of(DKIM_KEY_RSA, public_text(key), SPAN("x"))), DKIM_CRYPTO_LONG);
	EVP_PKEY_free(key);
	EVP_PKEY_CTX_free(context);
	openssl_dkim_close(openssl);
}

TEST(forms_of_a_key)
{
	EVP_PKEY *rsa = EVP_RSA_gen(1024);
	struct span signature = sign_rsa(rsa), text = public_text(rsa);
	char folded[1024];

	open_crypto();
	CHECK_EQ(verify(claim_of(DKIM_KEY_RSA, pkcs1_text(rsa), signature)), DKIM_CRYPTO_VERIFIED);
	memcpy(folded, text.p, 10);
	memcpy(folded + 10, " \t", 2);
	memcpy(folded + 12, text.p + 10, text.len - 10);
	CHECK_EQ(verify(claim_of(DKIM_KEY_RSA, span_of(folded, text.len + 2), signature)),
		 DKIM_CRYPTO_VERIFIED);
	CHECK_EQ(verify(claim_of(DKIM_KEY_ED25519, text, signature)), DKIM_CRYPTO_UNUSABLE);
	for (size_t len = 0; len < text.len; len++)
		CHECK_EQ(verify(claim_of(DKIM_KEY_RSA, span_of(text.p, len), signature)),
			 DKIM_CRYPTO_UNUSABLE);
	EVP_PKEY_free(rsa);
	openssl_dkim_close(openssl);
}

TEST(keys_of_other_kinds)
{
	static char text[PUBLIC_KEY_TEXT_MAX + 4];
	EVP_PKEY *p256 = EVP_EC_gen("P-256");
	EVP_PKEY *ed25519 = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

	open_crypto();
	CHECK_EQ(verify(claim_of(DKIM_KEY_RSA, public_text(p256), SPAN("x"))),
		 DKIM_CRYPTO_UNUSABLE);
	CHECK_EQ(verify(claim_of(DKIM_KEY_RSA, public_text(ed25519), SPAN("x"))),
		 DKIM_CRYPTO_UNUSABLE);
	CHECK_EQ(verify(claim_of(DKIM_KEY_ED25519, public_text(ed25519), SPAN("x"))),
		 DKIM_CRYPTO_UNUSABLE);
	memset(text, 'A', sizeof(text));
	CHECK_EQ(verify(claim_of(DKIM_KEY_RSA, span_of(text, sizeof(text)), SPAN("x"))),
		 DKIM_CRYPTO_UNUSABLE);
	EVP_PKEY_free(p256);
	EVP_PKEY_free(ed25519);
	openssl_dkim_close(openssl);
}

/* RFC 8463 3: the signature is over the hash's octets. */
TEST(ed25519)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	struct dkim_claim claim = claim_of(DKIM_KEY_ED25519, ed25519_text(key), sign_ed25519(key));
	unsigned char other[DKIM_HASH_BYTES] = "another";

	open_crypto();
	CHECK_EQ(verify(claim), DKIM_CRYPTO_VERIFIED);
	claim.digest = other;
	CHECK_EQ(verify(claim), DKIM_CRYPTO_WRONG);
	claim.digest = digest;
	claim.signature.len--;
	CHECK_EQ(verify(claim), DKIM_CRYPTO_WRONG);
	claim.min_bits = 4096; /* of RSA */
	claim.signature.len++;
	CHECK_EQ(verify(claim), DKIM_CRYPTO_VERIFIED);
	EVP_PKEY_free(key);
	openssl_dkim_close(openssl);
}

/* With a long exponent, verifying would cost as much as signing. */
TEST(a_long_exponent)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *exponent = BN_new();
	EVP_PKEY *key = NULL;

	open_crypto();
	BN_set_bit(exponent, 80);
	BN_set_bit(exponent, 0);
	EVP_PKEY_keygen_init(context);
	EVP_PKEY_CTX_set_rsa_keygen_bits(context, 1024);
	EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, exponent);
	if (CHECK_EQ(EVP_PKEY_generate(context, &key), 1))
		CHECK_EQ(verify(claim_of(DKIM_KEY_RSA, public_text(key), sign_rsa(key))),
			 DKIM_CRYPTO_UNUSABLE);
	BN_free(exponent);
	EVP_PKEY_free(key);
	EVP_PKEY_CTX_free(context);
	openssl_dkim_close(openssl);
}

/* --- allocations ------------------------------------------------------------------------------ */

static size_t n_allocations, n_of_openssl;

/* Of the sanitizer's runtime, whose header gcc does not install. */
int __sanitizer_install_malloc_and_free_hooks( // NOLINT(bugprone-reserved-identifier)
	void (*malloc_hook)(const volatile void *p, size_t size),
	void (*free_hook)(const volatile void *p));

static void count(const volatile void *p, size_t size)
{
	(void)p;
	(void)size;
	n_allocations++;
}

static void ignore(const volatile void *p)
{
	(void)p;
}

static void *openssl_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	n_of_openssl++;
	return malloc(size);
}

static void *openssl_realloc(void *p, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	n_of_openssl++;
	return realloc(p, size);
}

static void openssl_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

static void verify_once(const struct dkim_claim *claim)
{
	struct dkim_hash *body = crypto->hash_begin(crypto->self);
	struct dkim_hash *header = crypto->hash_begin(crypto->self);
	unsigned char out[DKIM_HASH_BYTES];

	crypto->hash_update(body, SPAN("body"));
	crypto->hash_update(header, SPAN("header"));
	crypto->hash_end(crypto->self, body, out);
	crypto->hash_end(crypto->self, header, out);
	CHECK_EQ(crypto->verify(crypto->self, claim), DKIM_CRYPTO_VERIFIED);
}

/* With the key cached and hashes pooled, all allocations are made inside of OpenSSL's calls. */
TEST(a_cached_key_costs_no_allocation_of_ours)
{
	struct dkim_claim claim;
	EVP_PKEY *key;

	CHECK_EQ(CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free), 1);
	key = EVP_RSA_gen(2048);
	claim = claim_of(DKIM_KEY_RSA, public_text(key), sign_rsa(key));
	open_crypto();
	for (int i = 0; i < 3; i++)
		verify_once(&claim);
	CHECK(__sanitizer_install_malloc_and_free_hooks(count, ignore) > 0);
	n_allocations = n_of_openssl = 0;
	for (int i = 0; i < 100; i++)
		verify_once(&claim);
	CHECK_EQ(n_allocations, n_of_openssl);
	CHECK(n_of_openssl > 0 && n_of_openssl <= (size_t)100 * 20);
	EVP_PKEY_free(key);
	openssl_dkim_close(openssl);
}

/* --- the cache -------------------------------------------------------------------------------- */

/* Ed25519 keys are any 32 octets that are a point; whether they are does not matter here. */
static const struct public_key *find(struct key_cache *cache, unsigned char n)
{
	unsigned char bytes[32] = { n };

	return key_cache_find(cache, DKIM_KEY_ED25519, base64(bytes, sizeof(bytes)));
}

TEST(the_cache_keeps_what_was_used_last)
{
	struct key_cache *cache = key_cache_open(3);
	const struct public_key *first = find(cache, 1), *second = find(cache, 2);

	CHECK(first != second);
	CHECK(find(cache, 3) != first);
	CHECK(find(cache, 1) == first);
	CHECK(find(cache, 2) == second);
	CHECK(find(cache, 1) == first);
	CHECK(find(cache, 4)->key); /* in place of 3 */
	CHECK(find(cache, 1) == first);
	CHECK(find(cache, 2) == second);
	for (unsigned int n = 0; n < 1000; n++)
		CHECK(find(cache, (unsigned char)n)->state == DKIM_CRYPTO_VERIFIED);
	key_cache_close(cache);
}

TEST(the_type_is_part_of_the_key)
{
	struct key_cache *cache = key_cache_open(1);
	unsigned char bytes[32] = { 1 };
	struct span text = base64(bytes, sizeof(bytes));

	CHECK_EQ(key_cache_find(cache, DKIM_KEY_ED25519, text)->state, DKIM_CRYPTO_VERIFIED);
	CHECK_EQ(key_cache_find(cache, DKIM_KEY_RSA, text)->state, DKIM_CRYPTO_UNUSABLE);
	CHECK_EQ(key_cache_find(cache, DKIM_KEY_ED25519, text)->state, DKIM_CRYPTO_VERIFIED);
	key_cache_close(cache);
	key_cache_close(NULL);
}

HARNESS_MAIN
