/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dkim_crypto - what the core asks of a crypto library: SHA-256, and whether a key verifies.
 *
 * The core knows no library; whoever starts a check lends these functions (daemon/crypto has them
 * on OpenSSL).  One thread at a time uses one of them.
 */
#ifndef EXOGATE_DKIM_CRYPTO_H
#define EXOGATE_DKIM_CRYPTO_H

#include "dkim_key.h"

enum dkim_crypto_status {
	DKIM_CRYPTO_VERIFIED,
	DKIM_CRYPTO_WRONG,    /* the key is good and the signature not its own */
	DKIM_CRYPTO_UNUSABLE, /* no key of that type, or damaged */
	DKIM_CRYPTO_SHORT,    /* fewer bits than min_bits */
	DKIM_CRYPTO_LONG,     /* more than DKIM_RSA_BITS_MAX */
	DKIM_CRYPTO_ERROR,    /* the library failed: nothing is known */
};

#define DKIM_RSA_BITS_MAX 4096 /* RFC 8301 3.2 */

/* One hash under way; the crypto's own. */
struct dkim_hash;

/* That this is the key's signature over that digest. */
struct dkim_claim {
	enum dkim_key_type type;
	struct span key;	     /* base64, of a key record */
	unsigned int min_bits;	     /* of an RSA key */
	const unsigned char *digest; /* DKIM_HASH_BYTES octets */
	struct span signature;
};

struct dkim_crypto {
	void *self;
	bool cpu_has_avx2; /* what is hashed is gone over with it */

	/* NULL if there is none left or the library failed. */
	struct dkim_hash *(*hash_begin)(void *self);

	/* A failure shows at the end. */
	void (*hash_update)(struct dkim_hash *hash, struct span bytes);

	/* Ends the hash, which is invalid from then on; false if anything failed. */
	bool (*hash_end)(void *self, struct dkim_hash *hash, unsigned char digest[DKIM_HASH_BYTES]);

	/* VERIFIED if the claim's key can be used at all; else what verify() would say. */
	enum dkim_crypto_status (*judge_key)(void *self, const struct dkim_claim *claim);

	/* RSA: PKCS #1 1.5 over the digest (RFC 6376 3.3); Ed25519: over its octets (8463 3). */
	enum dkim_crypto_status (*verify)(void *self, const struct dkim_claim *claim);
};

#endif
