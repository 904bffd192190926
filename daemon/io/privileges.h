/* SPDX-License-Identifier: Apache-2.0 */
/*
 * privileges - becoming someone who can do less.
 */
#ifndef EXOGATE_PRIVILEGES_H
#define EXOGATE_PRIVILEGES_H

#include <stdbool.h>
#include <stdio.h>

#include "settings.h"

/*
 * First of all: standard streams that the process was started without become /dev/null, so that
 * nothing of the daemon's has their numbers and is written to.  False if there is none.
 */
bool privileges_open_streams(void);

/*
 * Closes what the process was started with beside the standard streams and the sockets that the
 * service manager passed.
 */
void privileges_close_inherited(void);

/*
 * Gives up what the daemon does not need once it listens: sets no-new-privileges, and becomes user
 * (with the groups of that account) unless it is NULL.  False after a line on errors.
 */
bool privileges_drop(const char *user, FILE *errors);

/*
 * To be called after privileges_drop().  Lines on warnings if this is still root, and if user, whom
 * it became unless that is NULL, cannot read what settings were read from before: then all goes
 * well until the first reload.
 */
void privileges_warn(const char *user, const struct settings_source *source, FILE *warnings);

/*
 * What privileges_warn() would say of reading once the daemon has become user, as far as this
 * process may become that account to try; it stays what it is.  Nothing if user is NULL, or of a
 * source that is no file: a pipe was read to its end.
 */
void privileges_foresee(const char *user, const struct settings_source *source, FILE *warnings);

#endif
