/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_compare - what of new settings a running daemon cannot take on.
 *
 * Sockets, accounts, memory and times are those of the start; everything else is policy, which is
 * replaced as a whole (io/policy_store.h).
 */
#ifndef EXOGATE_SETTINGS_COMPARE_H
#define EXOGATE_SETTINGS_COMPARE_H

#include "settings.h"

#define SETTINGS_COMPARE_KEYS_MAX 16

/* The keys in which the two differ and that take effect at the next start; returns how many. */
size_t settings_compare(const struct settings *running, const struct settings *wanted,
			const char *keys[static SETTINGS_COMPARE_KEYS_MAX]);

#endif
