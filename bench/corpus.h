/* SPDX-License-Identifier: Apache-2.0 */
/*
 * corpus - the messages to send, and what the milter must say to each.
 *
 * Generated ones are what Exchange Online sends: 43 header fields of about 8.7 KB (with the result
 * of a verifier on top), a body of any size.  Of sixteen, fourteen are the tenant's own; one has
 * the tenant's From with another tenant's stamps, one a From that no tenant here has: the milter
 * must refuse these two.  The same seed gives the same bytes.
 */
#ifndef EXOGATE_CORPUS_H
#define EXOGATE_CORPUS_H

#include <stdint.h>
#include <stdio.h>

#include "bytes.h"
#include "reply.h"

#define CORPUS_BODY_MAX	     (64u << 20)
#define CORPUS_HEADER_FIELDS 43u

struct corpus_message {
	struct bytes text;   /* RFC 5322 */
	char mail_from[128]; /* in angle brackets */
	enum reply_verdict expect;
};

struct corpus {
	struct corpus_message *messages;
	size_t n;
};

/* n messages with bodies of about that many bytes.  The caller frees with corpus_free(). */
void corpus_generate(uint64_t seed, size_t n, size_t body_bytes, struct corpus *out);

/* One message from each file, the same verdict of all; false after a line on errors. */
bool corpus_read(char **paths, size_t n, enum reply_verdict expect, struct corpus *out,
		 FILE *errors);

void corpus_free(struct corpus *corpus);

#endif
