/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shared_crypto - the functions of core/dkim_crypto.h for all threads of a process.
 *
 * One at a time takes a hash, gives it back, or has a signature verified; what a hash costs by the
 * byte needs no lock, since a hash is one message's.
 */
#ifndef EXOGATE_SHARED_CRYPTO_H
#define EXOGATE_SHARED_CRYPTO_H

#include "dkim_crypto.h"

/*
 * For so many messages at once.  NULL if OpenSSL has no SHA-256, or without memory.  It lasts as
 * long as the process.
 */
const struct dkim_crypto *shared_crypto_open(size_t messages);

#endif
