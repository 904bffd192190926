/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys - the command that prints every key that settings can have.
 */
#ifndef EXOGATE_KEYS_H
#define EXOGATE_KEYS_H

#include "invocation.h"

/*
 * Prints to standard output, whatever the options.  The exit code: 0, or 1 if
 * it cannot be written.
 */
int keys_run(const struct invocation *invocation);

#endif
