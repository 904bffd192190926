/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_cache - public keys, decoded once.
 *
 * A key is found by its type and its text in a key record, byte for byte.  One that cannot be
 * decoded is kept, too, with what is wrong with it, so that it costs nothing the next time.  The
 * cache holds a fixed number of them, and the one that was used longest ago makes room.
 */
#ifndef EXOGATE_KEY_CACHE_H
#define EXOGATE_KEY_CACHE_H

#include <stddef.h>

#include "public_key.h"

struct key_cache;

/* NULL without memory. */
struct key_cache *key_cache_open(size_t n_keys);

/* NULL does nothing. */
void key_cache_close(struct key_cache *cache);

/* Valid until the next call, and never NULL. */
const struct public_key *key_cache_find(struct key_cache *cache, enum dkim_key_type type,
					struct span text);

#endif
