/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_pool - memory that is given back all at once.
 *
 * Running out is remembered: whoever asks for memory may drop what it was for and go on, and
 * whoever owns the pool looks at settings_pool_failed() before anything is used.
 */
#ifndef EXOGATE_SETTINGS_POOL_H
#define EXOGATE_SETTINGS_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "span.h"

struct settings_pool;

/* NULL if there is no memory. */
struct settings_pool *settings_pool_new(void);

/* Everything that came from the pool is gone; NULL does nothing. */
void settings_pool_free(struct settings_pool *pool);

/* Zeroed, aligned for any type without long double; NULL if there is no memory, or if n is 0. */
void *settings_pool_array(struct settings_pool *pool, size_t n, size_t size);

/* A copy with a NUL after it, unaligned; the empty string if there is no memory. */
struct span settings_pool_text(struct settings_pool *pool, struct span text);

/* Everything that came from the pool is gone; some of its memory is kept for what comes next. */
void settings_pool_reset(struct settings_pool *pool);

/* Whether memory was ever refused. */
bool settings_pool_failed(const struct settings_pool *pool);

#endif
