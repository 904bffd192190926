/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolver_host - the name servers of this host, by /etc/resolv.conf.
 *
 * They are read here, and not by c-ares, for which a file that cannot be read, or is written just
 * now, names 127.0.0.1.
 */
#ifndef EXOGATE_RESOLVER_HOST_H
#define EXOGATE_RESOLVER_HOST_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "settings.h"

#define RESOLVER_HOST_FILE "/etc/resolv.conf"

/* By which the file is known to have changed; `changed` is of its mode too. */
struct resolver_host_version {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified, changed;
};

/* Zeroed: nothing was read yet. */
struct resolver_host {
	struct resolver_host_version version;
	/* "ADDR", with commas: the first SETTINGS_NAME_SERVERS_MAX that are addresses */
	char servers[SETTINGS_NAME_SERVERS_MAX * INET6_ADDRSTRLEN];
};

/*
 * Reads the file if it is another than was read before.  False, and *now is not touched, if it is
 * not, cannot be read or names no server.
 */
bool resolver_host_look(const struct resolver_host *before, struct resolver_host *now);

#endif
