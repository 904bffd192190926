/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain_json - an explanation as one JSON object, for scripts; exogated(8) documents it.
 */
#ifndef EXOGATE_EXPLAIN_JSON_H
#define EXOGATE_EXPLAIN_JSON_H

#include "explanation.h"

/* Writes the object of the message that the file at path holds, and a line end.  False: memory. */
bool explain_json(FILE *out, const char *path, const struct explanation *explanation);

#endif
