/* SPDX-License-Identifier: Apache-2.0 */
/*
 * invocation - the command line as a struct; each command looks at what is for it.
 */
#ifndef EXOGATE_INVOCATION_H
#define EXOGATE_INVOCATION_H

#include <stdbool.h>
#include <stddef.h>

struct invocation {
	const char *settings; /* path */
	const char *engine;   /* of the daemon: a name that exists, or auto (io/serve.h) */
	bool json;
	bool tenants;	  /* of status: what was observed of them */
	char **arguments; /* that follow the command */
	size_t n_arguments;
	/* of explain; NULL: not given */
	const char *client; /* an address, or "unknown" */
	const char *certificate;
	const char *user;
	const char *helo;
	const char *mail_from;
	const char *dns_file;
	const char *dns_server;
	const char *now;    /* digits */
	const char **rcpts; /* owned by options.h */
	size_t n_rcpts;
};

#endif
