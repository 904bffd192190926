/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forward_advice - what a forward that was refused lacks.
 */
#ifndef EXOGATE_FORWARD_ADVICE_H
#define EXOGATE_FORWARD_ADVICE_H

#include "explanation.h"

#include <stdio.h>

/* Conditions of row "forwarded". */
enum forward_condition {
	FORWARD_ALLOWED,
	FORWARD_PROVEN,
	FORWARD_VOUCHED,
	FORWARD_ENVELOPE,
	FORWARD_RECEIVED,
	FORWARD_CONDITIONS,
};

/* The word of the condition that scripts compare. */
const char *forward_word(enum forward_condition condition);

/* Whether it is met for certain. */
bool forward_meets(const struct forwarding *forwarding, enum forward_condition condition);

/* Sentences: who seems to have forwarded the message, and how to meet what is not met. */
void forward_advice_write(FILE *out, const struct explanation *explanation);

#endif
