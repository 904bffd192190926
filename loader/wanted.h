/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wanted - the list to install: Microsoft's endpoint file and the operator's own prefixes.
 */
#ifndef EXOGATE_WANTED_H
#define EXOGATE_WANTED_H

#include "options.h"
#include "prefix.h"

/*
 * Reads what options name and normalises it.  The set lives in memory of this module, until the
 * next call.  Returns 0, or -1 after a line that says what is wrong.
 */
int wanted_read(const struct options *options, struct prefix_set *out);

/* Addresses that are nobody's source, 4 and 16 bytes: no list may have them, and so a packet from
 * one of them must be dropped. */
extern const uint8_t wanted_never4[4], wanted_never6[16];

#endif
