/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dkim_check - do the DKIM signatures of one message verify (RFC 6376 6)?
 *
 *	dkim_check_begin()	at the end of the header; it says which key records are needed
 *	dkim_check_answer()	for each of their names, whenever it is known
 *	dkim_check_body()	for each chunk of the body, meanwhile
 *	dkim_check_end()	once the body is over and dkim_check_waits() is false: the results
 *	dkim_check_abandon()	instead, at any time, or after it
 *
 * Nothing of the body is kept: it is hashed as it comes, once for all signatures that agree in
 * canonicalisation and l=.  At most max_signatures are tried, those that somebody cares for first,
 * then those that can be read.  Everything lies in the message's arena, and borrows the header's
 * fields; hashes are the crypto's, and go back to it at the end or when the check is abandoned.
 * All TXT records of a name are tried (RFC 6376 6.1.2); an answer has DNS_TEXTS_MAX at most.
 * Whoever resolves names sees only the name and gives an answer: this is all that is asked of it.
 */
#ifndef EXOGATE_DKIM_CHECK_H
#define EXOGATE_DKIM_CHECK_H

#include "dkim_choice.h"
#include "dkim_options.h"
#include "dns_message.h"

struct dkim_check;

/*
 * Reads the signatures; their fields and *options must live as long as the check.  NULL if the
 * arena is exhausted or a domain cannot be read for now, and then nothing is held.
 */
struct dkim_check *dkim_check_begin(const struct dkim_options *options,
				    const struct header_index *headers, struct arena *arena);

/* The domain name of a key record that is needed, in lower case, of A-labels; false beyond them. */
bool dkim_check_name(const struct dkim_check *check, size_t i, struct span *name);

/* To whom the key matters most, of one of those names. */
enum dkim_care dkim_check_care(const struct dkim_check *check, size_t i);

/*
 * Answers for that name; a second answer is ignored, and none is kept.  DNS_FAILED makes the
 * signatures that need it a temporary error, everything else is final.  False if the arena is
 * exhausted.
 */
bool dkim_check_answer(struct dkim_check *check, size_t i, const struct dns_answer *answer);

/* Whether an answer is outstanding. */
bool dkim_check_waits(const struct dkim_check *check);

/* The next bytes of the body, as a milter delivers them; hostile, borrowed until it returns. */
void dkim_check_body(struct dkim_check *check, struct span chunk);

void dkim_check_end(struct dkim_check *check);
void dkim_check_abandon(struct dkim_check *check);

/* The signatures that were tried, from the top of the header; false beyond them. */
bool dkim_check_signature(const struct dkim_check *check, size_t i,
			  const struct dkim_signature **signature);

#endif
