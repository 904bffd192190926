/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_source - where `exogated explain` has its key records from: a file, or name servers.
 *
 * The file is a JSON object: a name, and of it one TXT record ("..."), several of them (["...",
 * "..."]), or an outcome ({"rcode": "NXDOMAIN" | "NODATA" | "SERVFAIL"}).  Names have no case, and
 * may end in a dot; one that is not there does not exist (NXDOMAIN).
 */
#ifndef EXOGATE_KEY_SOURCE_H
#define EXOGATE_KEY_SOURCE_H

#include <stdio.h>

#include "dns_message.h"

struct key_source;

struct key_source_options {
	const char *file;    /* or NULL */
	const char *servers; /* as resolver.h wants them; NULL: those of the host */
	uint32_t timeout_ms; /* of servers */
};

/* NULL after one line on errors, which says where a file is wrong. */
struct key_source *key_source_open(const struct key_source_options *options, FILE *errors);

/* NULL does nothing. */
void key_source_close(struct key_source *source);

/* Looks the name up, and waits for the answer; it is valid until the next call. */
const struct dns_answer *key_source_find(struct key_source *source, struct span name);

#endif
