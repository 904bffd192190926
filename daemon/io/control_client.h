/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control_client - the other side of the daemon's control socket (control.h).
 *
 * The daemon is trusted.  False after a line on errors.
 */
#ifndef EXOGATE_CONTROL_CLIENT_H
#define EXOGATE_CONTROL_CLIENT_H

#include <stdbool.h>
#include <stdio.h>

/* Prints the daemon's state (status.h) to standard output: as text, or its JSON object. */
bool control_status(const char *path, bool json, FILE *errors);

/* The same of what it has observed (observed_json.h, observed_print.h). */
bool control_tenants(const char *path, bool json, FILE *errors);

/* Has it read its settings anew; what it has to say of them goes to errors. */
bool control_reload(const char *path, FILE *errors);

#endif
