/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dkim_verify - is a signature over the header this key's (RFC 6376 3.7, 6.1.3)?
 *
 * Each answers DKIM_WHY_VERIFIED, or what is wrong.
 */
#ifndef EXOGATE_DKIM_VERIFY_H
#define EXOGATE_DKIM_VERIFY_H

#include "dkim_choice.h"
#include "dkim_key.h"
#include "dkim_options.h"
#include "dkim_signed.h"

/* The hash of the signed fields and of the signature's own. */
enum dkim_why dkim_verify_hash(const struct dkim_options *options, struct dkim_signed *fields,
			       const struct dkim_signature *signature,
			       unsigned char digest[DKIM_HASH_BYTES]);

/* Whether the key suits the signature (dkim_key.h) and can be used at all. */
enum dkim_why dkim_verify_judge_key(const struct dkim_options *options, const struct dkim_sig *sig,
				    const struct dkim_key *key);

/* The same, and whether the signature is its. */
enum dkim_why dkim_verify_key(const struct dkim_options *options, const struct dkim_sig *sig,
			      const struct dkim_key *key, const unsigned char *digest);

#endif
