/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain_text - an explanation for the administrator who asks why: verdict and answer first, then
 * why and what would help, the facts with the lines that they are from, the table, the edits.
 */
#ifndef EXOGATE_EXPLAIN_TEXT_H
#define EXOGATE_EXPLAIN_TEXT_H

#include "explanation.h"

/* path is the message's file.  False for want of memory. */
bool explain_text(FILE *out, const char *path, const struct explanation *explanation);

#endif
