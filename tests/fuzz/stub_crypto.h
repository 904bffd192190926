/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stub_crypto - a crypto whose every answer a fuzzer can reach, and that counts its hashes.
 *
 * A digest is 32 octets of 0 or of 1; what a key is good for says the first octet of its text.
 */
#ifndef EXOGATE_STUB_CRYPTO_H
#define EXOGATE_STUB_CRYPTO_H

#include "dkim_crypto.h"

extern const struct dkim_crypto stub_crypto;

/* How many hashes have been begun and not ended. */
size_t stub_crypto_hashes(void);

#endif
