/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask - the commands that speak to the running daemon, over the control socket that the settings
 * name (io/control_client.h).
 *
 * Both return the exit code: 0, or 1 after a line on standard error.
 */
#ifndef EXOGATE_ASK_H
#define EXOGATE_ASK_H

#include "invocation.h"

/* Prints the daemon's state. */
int ask_status(const struct invocation *invocation);

/* Has it read its settings anew. */
int ask_reload(const struct invocation *invocation);

#endif
