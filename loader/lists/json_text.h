/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_text - JSON for the commands that print it.
 */
#ifndef EXOGATE_JSON_TEXT_H
#define EXOGATE_JSON_TEXT_H

#include "prefix.h"

#include <jansson.h>
#include <stdio.h>

/* A string whose bytes may be any: those that are not UTF-8 are written \xHH. */
json_t *json_text(const char *text);

/* {"prefix", "source"} */
json_t *json_prefix(const struct prefix *prefix);

/* Writes a document, and gives it back. */
void json_write(FILE *out, json_t *root);

/* The same to standard output. */
void json_print(json_t *root);

#endif
