/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdicts - the command that prints the table by which messages are judged.
 */
#ifndef EXOGATE_VERDICTS_H
#define EXOGATE_VERDICTS_H

#include "invocation.h"

/*
 * Prints each row's reason and, indented, its answer, when it applies and what may be changed if
 * what it refuses is legitimate, to standard output.  The exit code: 0, or 1 if it cannot be
 * written.
 */
int verdicts_run(const struct invocation *invocation);

#endif
