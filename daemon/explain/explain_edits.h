/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain_edits - what edits make of a message's header, as a difference.
 */
#ifndef EXOGATE_EXPLAIN_EDITS_H
#define EXOGATE_EXPLAIN_EDITS_H

#include "explanation.h"

/*
 * Writes the fields that go with "-" and those that come with "+", in the order of the header, the
 * line of the file before those that were in it; then the envelope sender if it changes.  False for
 * want of memory.
 */
bool explain_edits(FILE *out, const struct explanation *explanation);

#endif
