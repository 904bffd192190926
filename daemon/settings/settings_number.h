/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_number - numbers with a unit: "10000", "1M", "600s".
 *
 * They are strings in the file because libconfig wraps large integers silently.
 */
#ifndef EXOGATE_SETTINGS_NUMBER_H
#define EXOGATE_SETTINGS_NUMBER_H

#include <stdint.h>

#include "span.h"

enum settings_number_kind {
	SETTINGS_NUMBER_COUNT,	  /* with K, M: powers of 1000 */
	SETTINGS_NUMBER_SIZE,	  /* in bytes, with K, M, G: powers of 1024 */
	SETTINGS_NUMBER_DURATION, /* in seconds, with s, m, h, d; never without */
};

#define SETTINGS_NUMBER_RANGE "out of range"

/* Decimal digits and one unit, nothing else: NULL and *out, or why not. */
const char *settings_number_parse(enum settings_number_kind kind, struct span text, uint64_t *out);

#endif
