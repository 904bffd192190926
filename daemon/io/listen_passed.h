/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listen_passed - listening sockets that the service manager has opened for the daemon (socket
 * activation, sd_listen_fds(3)).
 *
 * They are the manager's: they outlive the daemon, so that no client is refused while it is started
 * anew.
 */
#ifndef EXOGATE_LISTEN_PASSED_H
#define EXOGATE_LISTEN_PASSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>

/* How many were passed; from then on they are closed on exec. */
size_t listen_passed_count(void);

/* Whether the descriptor is one of them. */
bool listen_passed_is(int fd);

/* The one that listens there, or -1. */
int listen_passed_unix(const char *path);
int listen_passed_inet(const struct sockaddr *address, socklen_t len);

/*
 * Whether each was found to be among the n descriptors.  False after a line on errors that says
 * where the first one that is not listens.
 */
bool listen_passed_all_used(const int *fds, size_t n, FILE *errors);

#endif
