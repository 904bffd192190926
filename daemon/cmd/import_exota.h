/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_exota - the command that prints ExOTA-Milter's policy in exogate's words.
 */
#ifndef EXOGATE_IMPORT_EXOTA_H
#define EXOGATE_IMPORT_EXOTA_H

#include "invocation.h"

/*
 * Prints the tenants of the policy file that is named, or, without one, the whole settings that
 * ExOTA-Milter's environment variables stand for.  The exit code: 0, or 1 after a line on standard
 * error.
 */
int import_exota_run(const struct invocation *invocation);

#endif
