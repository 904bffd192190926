// SPDX-License-Identifier: Apache-2.0
#include "public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base64.h"

#define ED25519_BYTES 32

/* Nobody's exponent is longer, and with a long one verifying is as slow as signing. */
#define EXPONENT_BITS_MAX 64

/* Four letters are three octets. */
#define DER_MAX (PUBLIC_KEY_TEXT_MAX / 4 * 3)

/* All of the DER, or nothing: then *key is NULL. */
static bool decode_der(EVP_PKEY **key, const unsigned char *der, size_t len,
		       EVP_PKEY *(*decode)(EVP_PKEY **, const unsigned char **, long))
{
	const unsigned char *at = der;

	*key = decode(NULL, &at, (long)len);
	if (*key && at == der + len)
		return true;
	EVP_PKEY_free(*key);
	*key = NULL;
	return false;
}

static EVP_PKEY *decode_pkcs1(EVP_PKEY **out, const unsigned char **at, long len)
{
	return d2i_PublicKey(EVP_PKEY_RSA, out, at, len);
}

static EVP_PKEY *decode_rsa(const unsigned char *der, size_t len)
{
	EVP_PKEY *key;

	if (!decode_der(&key, der, len, d2i_PUBKEY) && !decode_der(&key, der, len, decode_pkcs1))
		return NULL;
	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

static EVP_PKEY *decode(enum dkim_key_type type, const unsigned char *bytes, size_t len)
{
	if (type == DKIM_KEY_RSA)
		return decode_rsa(bytes, len);
	if (len != ED25519_BYTES)
		return NULL;
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes, len);
}

/* Such a context may be used again and again (EVP_PKEY_verify(3)). */
static bool prepare_rsa(struct public_key *key)
{
	key->rsa = EVP_PKEY_CTX_new(key->key, NULL);
	return key->rsa && EVP_PKEY_verify_init(key->rsa) == 1 &&
	       EVP_PKEY_CTX_set_rsa_padding(key->rsa, RSA_PKCS1_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_signature_md(key->rsa, EVP_sha256()) == 1;
}

static bool exponent_is_short(const EVP_PKEY *key)
{
	BIGNUM *exponent = NULL;
	bool is_short = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 &&
			BN_num_bits(exponent) <= EXPONENT_BITS_MAX;

	BN_free(exponent);
	return is_short;
}

static enum dkim_crypto_status judge_rsa(struct public_key *key)
{
	int bits = EVP_PKEY_get_bits(key->key);

	if (bits <= 0 || !exponent_is_short(key->key))
		return DKIM_CRYPTO_UNUSABLE;
	if (bits > DKIM_RSA_BITS_MAX)
		return DKIM_CRYPTO_LONG;
	key->bits = (unsigned int)bits;
	return prepare_rsa(key) ? DKIM_CRYPTO_VERIFIED : DKIM_CRYPTO_ERROR;
}

void public_key_decode(struct public_key *out, enum dkim_key_type type, struct span text)
{
	unsigned char bytes[DER_MAX];
	size_t len;

	*out = (struct public_key){ .state = DKIM_CRYPTO_UNUSABLE };
	if (base64_decode(text, bytes, sizeof(bytes), &len) == PARSE_OK)
		out->key = decode(type, bytes, len);
	if (out->key)
		out->state = type == DKIM_KEY_RSA ? judge_rsa(out) : DKIM_CRYPTO_VERIFIED;
	ERR_clear_error();
}

void public_key_free(struct public_key *key)
{
	EVP_PKEY_CTX_free(key->rsa);
	EVP_PKEY_free(key->key);
}
