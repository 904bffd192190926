/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixture_dkim - a crypto that can be seen through.
 *
 * Its hash keeps what it is given, its digest of some bytes is fixture_dkim_digest(), and a
 * signature is a key's if it is the digest.  A key whose text is "unusable", "short", "long" or
 * "error" is told to be so.
 */
#ifndef EXOGATE_FIXTURE_DKIM_H
#define EXOGATE_FIXTURE_DKIM_H

#include "dkim_crypto.h"

extern const struct dkim_crypto fixture_dkim_crypto;

/* What time it is. */
#define FIXTURE_DKIM_NOW 1000000

/* The next fixture_dkim_refused hash_begin() fail. */
extern unsigned int fixture_dkim_refused;

/* How many hashes are under way, and how many signatures have been verified. */
extern int fixture_dkim_n_hashes;
extern unsigned int fixture_dkim_n_verified;

/* A hash outside of any check, to see what a sink is given; valid until the test ends. */
struct dkim_hash *fixture_dkim_hash(void);
struct span fixture_dkim_kept(const struct dkim_hash *hash);

void fixture_dkim_digest(struct span bytes, unsigned char digest[DKIM_HASH_BYTES]);

/*
 * Writes the value of a DKIM-Signature field, with a leading space: the tags, then bh= and b=.
 * What it signs is given in canonical form: the header without the field itself, and the body.
 */
void fixture_dkim_sign(const char *tags, const char *header, const char *body, char *value,
		       size_t size);

/* The digest of the bytes in base64, as b= and bh= have it; static, valid until two calls later. */
const char *fixture_dkim_base64(struct span bytes);

#endif
