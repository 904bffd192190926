/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dkim_signed - which fields does a signature sign?
 *
 * A signature lists names, and each mention of a name means the next field of that name, from the
 * bottom of the header up, and nothing once there are no more (RFC 6376 5.4.2).  For that, the
 * fields of a message are indexed by name, once for all of its signatures.  The index is in the
 * message's arena and borrows its fields.
 */
#ifndef EXOGATE_DKIM_SIGNED_H
#define EXOGATE_DKIM_SIGNED_H

#include "arena.h"
#include "header_index.h"

#define DKIM_SIGNED_BUCKETS 256 /* a power of two */

struct dkim_signed_field;

struct dkim_signed {
	struct dkim_signed_field *buckets[DKIM_SIGNED_BUCKETS];
	unsigned int turn; /* which signature asks */
	size_t steps;	   /* that may yet be taken */
};

/*
 * How many names may be compared for one message: whoever chooses the names can have them collide,
 * and list as many as a field has room for.  Beyond it nothing is found, and
 * dkim_signed_exhausted().  Mail takes one step a field and one a mention.
 */
#define DKIM_SIGNED_STEPS ((size_t)1 << 20)

/* False if the arena is exhausted. */
bool dkim_signed_init(struct dkim_signed *index, struct arena *arena,
		      const struct header_index *headers);

/* A signature begins to ask; it starts at the bottom again. */
void dkim_signed_begin(struct dkim_signed *index);

/* The field that this mention of the name means, or NULL. */
const struct header_field *dkim_signed_next(struct dkim_signed *index, struct span name);

static inline bool dkim_signed_exhausted(const struct dkim_signed *index)
{
	return index->steps == 0;
}

#endif
