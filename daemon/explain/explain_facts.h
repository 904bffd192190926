/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain_facts - what a message was judged by, a line each, with where it is from and what it
 * means.
 */
#ifndef EXOGATE_EXPLAIN_FACTS_H
#define EXOGATE_EXPLAIN_FACTS_H

#include "explanation.h"

/* The explanation has facts. */
void explain_facts(FILE *out, const struct explanation *explanation);

#endif
