/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status_print - the state of the daemon (status.h) as text on standard output.
 */
#ifndef EXOGATE_STATUS_PRINT_H
#define EXOGATE_STATUS_PRINT_H

#include <jansson.h>

void status_print(json_t *root);

/* "TITLE N key, M other": a line of what in the object is not 0. */
void status_print_counts(const char *title, json_t *object);

/* Such a line for each outcome (counters.h): the reasons of its messages. */
void status_print_answers(const json_t *object);

#endif
