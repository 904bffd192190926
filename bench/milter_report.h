/* SPDX-License-Identifier: Apache-2.0 */
/*
 * milter_report - the results of a run as a table for people and as JSON for programs.
 */
#ifndef EXOGATE_MILTER_REPORT_H
#define EXOGATE_MILTER_REPORT_H

#include <stdio.h>

#include "milter_results.h"

void milter_report_table(const struct milter_results *results, FILE *out);

/* Writes the file; false after a line on errors. */
bool milter_report_json(const struct milter_results *results, const char *path, FILE *errors);

#endif
