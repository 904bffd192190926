/* SPDX-License-Identifier: Apache-2.0 */
/*
 * circumstances - who brought the message, and for whom: what a file does not tell.
 *
 * What is not given is assumed so that the message itself decides: an address of Exchange Online's,
 * the first trusted certificate name, the envelope sender of Return-Path or else From, and one
 * recipient that no domain here is.
 */
#ifndef EXOGATE_CIRCUMSTANCES_H
#define EXOGATE_CIRCUMSTANCES_H

#include "address.h"
#include "message_file.h"
#include "policy.h"

/* NULL: not given. */
struct circumstances_given {
	const char *client; /* an address, or "unknown" */
	const char *certificate;
	const char *user;
	const char *helo;
	const char *mail_from;
	const char *const *rcpts;
	size_t n_rcpts;
};

enum circumstances_sender {
	CIRCUMSTANCES_SENDER_GIVEN,
	CIRCUMSTANCES_SENDER_RETURN_PATH,
	CIRCUMSTANCES_SENDER_FROM,
	CIRCUMSTANCES_SENDER_NONE, /* the null sender, since neither has an address */
};

struct circumstances {
	struct address client;
	bool client_assumed;
	struct span certificate; /* empty: none */
	bool certificate_assumed;
	struct span user; /* empty: not authenticated */
	struct span helo;
	struct span mail_from; /* without angle brackets; empty: the null sender */
	enum circumstances_sender sender;
	const struct span *rcpts; /* likewise without them */
	size_t n_rcpts;		  /* at least one */
	bool rcpts_assumed;
	struct span *given_rcpts; /* owned; NULL if they are assumed */
};

/* Whether the text is an address of a client's. */
bool circumstances_client_valid(const char *text);

/*
 * Borrows from all three; the caller frees with circumstances_free().  given->client is NULL or
 * valid.  False for want of memory.
 */
bool circumstances_of(const struct circumstances_given *given, const struct policy *policy,
		      const struct message_file *message, struct circumstances *out);
void circumstances_free(struct circumstances *circumstances);

#endif
