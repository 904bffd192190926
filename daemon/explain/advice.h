/* SPDX-License-Identifier: Apache-2.0 */
/*
 * advice - what to change if mail that was refused for a reason is legitimate.
 */
#ifndef EXOGATE_ADVICE_H
#define EXOGATE_ADVICE_H

#include "explanation.h"

#include <stdio.h>

/* Sentences; NULL of a reason that refuses nothing. */
const char *advice_for(enum reason reason);

/* The same with what is known of the message, which was refused; nothing if there is no advice. */
void advice_write(FILE *out, const struct explanation *explanation);

#endif
