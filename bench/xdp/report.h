/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report - the figures as a table for people, and as JSON for programs.
 */
#ifndef EXOGATE_BENCH_REPORT_H
#define EXOGATE_BENCH_REPORT_H

#include "figures.h"

void report_table(const struct figures *figures);

/* Writes the file; -1 after a line on standard error. */
int report_json(const struct figures *figures, const char *path);

#endif
