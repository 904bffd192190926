/* SPDX-License-Identifier: Apache-2.0 */
/*
 * openssl_dkim - DKIM's hashes and signatures on OpenSSL 3 (core/dkim_crypto.h).
 *
 * Algorithms are fetched once, hash contexts are kept for the next message, and public keys stay
 * decoded in a bounded cache, keyed by the text of their record: a message whose keys are there
 * costs no allocation but those that OpenSSL makes inside of its calls.  What a cache entry says
 * never goes stale, since the record's text is all that it depends on; how long a record is valid
 * is the resolver's business.  Not for several threads: each has its own.
 */
#ifndef EXOGATE_OPENSSL_DKIM_H
#define EXOGATE_OPENSSL_DKIM_H

#include <stddef.h>

#include "dkim_crypto.h"
#include "dkim_options.h"

/* Keys kept decoded; beyond them the one that was used longest ago goes. */
#define OPENSSL_DKIM_KEYS 1024

/*
 * For so many messages at once, each of which may hold DKIM_SIGNATURES_MAX hashes while its body
 * comes; contexts are made as they are needed, and take about half a KiB.  NULL if OpenSSL has no
 * SHA-256, or without memory; to be freed with openssl_dkim_close().
 */
struct openssl_dkim *openssl_dkim_open(size_t messages);

/* NULL does nothing.  No hash may be under way. */
void openssl_dkim_close(struct openssl_dkim *self);

/* The functions over it; valid until it is closed. */
const struct dkim_crypto *openssl_dkim_crypto(struct openssl_dkim *self);

#endif
