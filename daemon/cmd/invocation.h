/* SPDX-License-Identifier: Apache-2.0 */
/*
 * invocation - the options of the command line; each command looks at those that are for it.
 */
#ifndef EXOGATE_INVOCATION_H
#define EXOGATE_INVOCATION_H

#include <stdbool.h>

struct invocation {
	const char *settings; /* path */
	const char *engine;   /* of the daemon: a name that exists, or auto (io/serve.h) */
	bool json;
	bool tenants;	      /* of status: what was observed of them */
	const char *argument; /* of a command that takes one; NULL: none is given */
};

#endif
