/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolver_poll - a resolver (resolver.h) whose owner waits with poll(2).
 */
#ifndef EXOGATE_RESOLVER_POLL_H
#define EXOGATE_RESOLVER_POLL_H

#include <poll.h>

#include "resolver.h"

#define RESOLVER_POLL_FDS (1 + RESOLVER_SOCKETS_MAX)

struct resolver_poll {
	struct resolver *resolver;
	struct pollfd fds[RESOLVER_POLL_FDS]; /* the first is the owner's, or -1 */
	size_t n;
};

/*
 * Opens a resolver; options->watch is not looked at.  False after one line on errors.  *poll must
 * stay where it is until resolver_poll_close().
 */
bool resolver_poll_open(struct resolver_poll *poll, const struct resolver_options *options,
			FILE *errors);
void resolver_poll_close(struct resolver_poll *poll);

/*
 * Waits until something can go on, and lets it.  Returns true when `own`, a descriptor or -1, is
 * readable.
 */
bool resolver_poll_wait(struct resolver_poll *poll, int own);

#endif
