/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain - the command that says how messages in files would be judged, and why.
 */
#ifndef EXOGATE_EXPLAIN_H
#define EXOGATE_EXPLAIN_H

#include "invocation.h"

/*
 * Prints an explanation of each message that is named, "-" being standard input.  The exit code: 0
 * whatever the verdicts; 1, after a line on standard error, if the settings are not valid or a
 * message cannot be read (the others are explained all the same).
 */
int explain_run(const struct invocation *invocation);

#endif
