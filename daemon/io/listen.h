/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listen - sockets that MTAs connect to.
 */
#ifndef EXOGATE_LISTEN_H
#define EXOGATE_LISTEN_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "settings.h"

/* A unix socket that is to listen. */
struct listen_place {
	const char *path;
	const char *setting;	    /* that says so: for errors, as is the next */
	const char *directory_hint; /* what to mind when its directory is made; or "" */
	mode_t mode;		    /* who may connect */
	const char *group; /* NULL: that of its directory when that is set-group-id, or our own */
};

/* Which file at a path is the socket that was made there; inode 0: none. */
struct listen_file {
	dev_t device;
	ino_t inode;
};

/*
 * Binds and listens at the path.  Returns a descriptor that the caller owns, or -1 after one line
 * on errors that names the address, the cause and the mend.  What an ended daemon left behind is
 * replaced; what may be another process's, and a file that is no socket, are not.
 */
int listen_unix(const struct listen_place *place, struct listen_file *made, FILE *errors);

/*
 * Removes the socket from the file system if it is still the one that was made, and if this user
 * still may: it may not in a directory that is root's, where the next start replaces it.
 */
void listen_remove(const char *path, struct listen_file *made);

/* All listeners of the settings, in their order. */
struct listeners {
	const struct settings *settings;
	int *fds; /* NULL: none are open */
	struct listen_file *files;
};

/*
 * Those that the service manager has passed (listen_passed.h) are taken as they are.  False after
 * one line on errors, and then none is open.
 */
bool listen_open_all(struct listeners *listeners, const struct settings *settings, FILE *errors);

/*
 * From now on clients are refused, and another daemon may listen there; who accepts is told EINVAL.
 * Those that were passed stay as they are.
 */
void listen_end_all(struct listeners *listeners);

/* Closes them, if they are open, and removes what they made. */
void listen_close_all(struct listeners *listeners);

#endif
