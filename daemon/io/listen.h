/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listen - sockets that MTAs connect to.
 */
#ifndef EXOGATE_LISTEN_H
#define EXOGATE_LISTEN_H

#include <stdio.h>
#include <sys/types.h>

#include "settings.h"

/* Who may connect to a unix socket. */
struct listen_rights {
	mode_t mode;
	const char *group; /* NULL: that of its directory when that is set-group-id, or our own */
};

/*
 * Binds and listens at the path.  Returns a descriptor that the caller owns, or -1 after one line
 * on errors that names the address, the cause and the mend.  What an ended daemon left behind is
 * replaced, a socket that is still served and a file that is no socket are not.
 */
int listen_unix(const char *path, const struct listen_rights *rights, FILE *errors);

/*
 * All listeners of the settings, in their order; the caller frees with listen_close_all().  Those
 * that the service manager has passed (listen_passed.h) are taken as they are.  NULL after one line
 * on errors, and then none is open.
 */
int *listen_open_all(const struct settings *settings, FILE *errors);

/*
 * Closes them, and removes unix sockets from the file system, but for those that were passed, if
 * this user still may: it may not in a directory that is root's, where the next start replaces
 * them.  NULL does nothing.
 */
void listen_close_all(const struct settings *settings, int *fds);

#endif
