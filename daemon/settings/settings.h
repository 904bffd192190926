/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings - what the operator's settings file asks for, checked, with its defaults filled in.
 *
 * The file is in libconfig's syntax.  Its keys are the rows of settings_table.c and nothing else;
 * what they mean together is checked when the policy is built (policy_build.h).  The operator is
 * trusted and errs: every fault is one line that says where it is, what is wrong, and the mend.
 *
 * Not done here: nothing is bound, resolved or looked up.  Files that the settings name are read
 * (Microsoft's endpoint list, rewrite maps), once.
 */
#ifndef EXOGATE_SETTINGS_H
#define EXOGATE_SETTINGS_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "policy.h"

enum settings_listener_kind {
	SETTINGS_LISTENER_UNIX,
	SETTINGS_LISTENER_INET,
	SETTINGS_LISTENER_INET6,
};

struct settings_listener {
	enum settings_listener_kind kind;
	const char *path; /* of UNIX: absolute, fits sockaddr_un with its NUL */
	const char *host; /* of INET and INET6: an address of that family, or a name */
	uint16_t port;	  /* likewise, never 0 */
};

struct settings_pool;

/* No more are asked. */
#define SETTINGS_NAME_SERVERS_MAX 8

struct settings {
	const struct settings_listener *listeners;
	size_t n_listeners;	     /* at least one */
	mode_t socket_mode;	     /* of unix listeners */
	const char *socket_group;    /* NULL: see listen.h */
	const char *control;	     /* path of the control socket; NULL: none */
	const char *user;	     /* whom to become after binding; NULL: stay */
	size_t workers;		     /* threads that serve */
	size_t connections;	     /* open at once */
	size_t messages;	     /* judged at once, each with a block of message_header_bytes */
	unsigned int message_wait_s; /* how long one may wait for such a block */
	size_t message_header_bytes;
	unsigned int idle_s; /* after which a silent connection is closed, between messages */
	unsigned int message_idle_s; /* the same in the middle of one */
	const char *dns_servers;     /* as resolver.h wants them; NULL: those of the host */
	unsigned int dns_timeout_ms;
	size_t dns_cache; /* answers that each worker remembers */
	struct policy policy;
	const struct policy_tenant *tenants;
	size_t n_tenants;
	const char *tenant_table;   /* a path; NULL: none */
	size_t n_table_tenants;	    /* of n_tenants, those of the table */
	size_t n_domains;	    /* that belong to tenants, targets of rewriting included */
	struct settings_pool *pool; /* owns everything above */
};

/* Where settings come from. */
struct settings_source {
	const char *path; /* of the file; of composed text, what errors call it */
	/*
	 * NULL: the file is read.  Else the text, composed anew, for the caller to free(); NULL
	 * after at least one line on errors.
	 */
	char *(*compose)(FILE *errors);
};

/*
 * Reads and checks the settings.  Writes to errors, a line each: `FILE:LINE: key.path: what; mend`,
 * as many independent errors as it can tell in one go (SETTINGS_REPORT_MAX of them); without any,
 * `FILE:LINE: warning: ...` for what is allowed and rarely meant.  NULL after at least one error;
 * else the caller frees with settings_free().
 */
struct settings *settings_load_from(const struct settings_source *source, FILE *errors);

/* The same of a file. */
struct settings *settings_load(const char *path, FILE *errors);

/* NULL does nothing. */
void settings_free(struct settings *settings);

/*
 * The path of the control socket that the file names, and nothing else of it, so that a daemon can
 * be asked whose file has an error by now.  NULL after a line on errors; else the caller frees.
 */
char *settings_find_control(const char *path, FILE *errors);

#endif
