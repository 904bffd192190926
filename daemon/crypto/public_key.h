/* SPDX-License-Identifier: Apache-2.0 */
/*
 * public_key - the key of a DKIM key record, decoded for OpenSSL.
 *
 * RSA keys are a SubjectPublicKeyInfo (RFC 6376 3.6.1), or, as RFC 8017 A.1.1 and some signers have
 * it, an RSAPublicKey, in DER with nothing after it; Ed25519 keys are their 32 octets (RFC 8463 4).
 */
#ifndef EXOGATE_PUBLIC_KEY_H
#define EXOGATE_PUBLIC_KEY_H

#include <openssl/evp.h>

#include "dkim_crypto.h"

/* Letters of a key's text; twice the 736 of an RSA key of DKIM_RSA_BITS_MAX are still told so. */
#define PUBLIC_KEY_TEXT_MAX 2048

struct public_key {
	enum dkim_crypto_status state; /* VERIFIED: usable; else UNUSABLE, LONG or ERROR */
	unsigned int bits;	       /* of RSA */
	EVP_PKEY *key;
	EVP_PKEY_CTX *rsa; /* of RSA: ready to verify a SHA-256 digest */
};

/* Decodes hostile text; the caller frees with public_key_free(), whatever the state. */
void public_key_decode(struct public_key *out, enum dkim_key_type type, struct span text);

void public_key_free(struct public_key *key);

#endif
