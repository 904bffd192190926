/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shared_crypto - the functions of core/dkim_crypto.h for all threads of a process.
 *
 * One at a time takes a hash or gives it back; what a hash costs by the byte needs no lock, since a
 * hash is one message's.  Signatures are verified by as many threads at once as there are
 * verifiers, each with keys of its own: contexts of OpenSSL's are not for two threads.
 */
#ifndef EXOGATE_SHARED_CRYPTO_H
#define EXOGATE_SHARED_CRYPTO_H

#include <stddef.h>

#include "dkim_crypto.h"

/*
 * For so many messages at once.  NULL if OpenSSL has no SHA-256, or without memory.  It lasts as
 * long as the process, and is to be called once.
 */
const struct dkim_crypto *shared_crypto_open(size_t messages, size_t verifiers);

#endif
