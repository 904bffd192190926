/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listen - sockets that MTAs connect to.
 */
#ifndef EXOGATE_LISTEN_H
#define EXOGATE_LISTEN_H

#include <stdio.h>

#include "settings.h"

/*
 * Binds and listens.  Returns a descriptor that the caller owns, or -1 after one line on errors
 * that names the address, the cause and the mend.
 *
 * A unix socket is made with mode 0660 in the group of its directory when that is set-group-id, as
 * Postfix's users do it; what an ended daemon left behind is replaced, a socket that is still
 * served and a file that is no socket are not.
 */
int listen_open(const struct settings_listener *listener, FILE *errors);

/* Closes it, and removes the unix socket from the file system if this user still may. */
void listen_close(const struct settings_listener *listener, int fd);

/*
 * All listeners of the settings, in their order; the caller frees with listen_close_all().  NULL
 * after one line on errors, and then none is open.
 */
int *listen_open_all(const struct settings *settings, FILE *errors);

/* NULL does nothing. */
void listen_close_all(const struct settings *settings, int *fds);

#endif
