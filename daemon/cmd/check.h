/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check - the command that says whether settings are valid.
 */
#ifndef EXOGATE_CHECK_H
#define EXOGATE_CHECK_H

#include "invocation.h"

/*
 * Prints errors and warnings to standard error, and one line of what the settings hold to standard
 * output if they are valid.  The exit code: 0, or 1 if they are not or it cannot be written.
 */
int check_run(const struct invocation *invocation);

#endif
