/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dkim_choice - which of a message's signatures are tried?
 *
 * At most max_signatures: those that somebody cares for first, then those that can be read, then
 * the topmost.  They are read here, and judged as far as they can be without a key and the body.
 */
#ifndef EXOGATE_DKIM_CHOICE_H
#define EXOGATE_DKIM_CHOICE_H

#include "arena.h"
#include "dkim_options.h"
#include "dkim_sig.h"
#include "dkim_why.h"
#include "header_index.h"

/* A signer's clock may be ahead by what time zones are mistaken for (RFC 6376 3.5, t=: MAY). */
#define DKIM_CHOICE_SKEW_S UINT64_C(86400)

/*
 * Only of so many signatures from the top may the domain be of U-labels: to look these up takes a
 * thousand times longer than to read the field, and whoever wrote the message chose their number.
 */
#define DKIM_CHOICE_UNICODE_MAX 32

/* A signature that was tried; valid as long as the arena's message. */
struct dkim_signature {
	const struct header_field *field; /* its index is the signature's, from the top */
	enum dkim_why why;		  /* NOT_TRIED: not known yet */
	bool testing;			  /* t=y of its key: it proves nothing */
	bool partial;			  /* l= leaves some of the body uncovered */
	enum dkim_care care;
	struct dkim_sig sig; /* whole unless the why is of the field's own syntax */

	unsigned int rank; /* private */
};

/* In the order of their fields. */
struct dkim_choice {
	struct dkim_signature *items[DKIM_SIGNATURES_MAX];
	size_t n;
};

/* Records come from the arena; false if it is exhausted, or a domain cannot be read for now. */
bool dkim_choice_make(struct dkim_choice *choice, const struct dkim_options *options,
		      const struct header_index *headers, struct arena *arena);

/* Whether more must be known to judge it. */
static inline bool dkim_signature_is_open(const struct dkim_signature *signature)
{
	return signature->why == DKIM_WHY_NOT_TRIED;
}

#endif
