/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply - what a milter says, as an MTA reads it: bytes in any pieces, one packet at a time.
 */
#ifndef EXOGATE_REPLY_H
#define EXOGATE_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "milter_wire.h"
#include "parse.h"

/* As much of a packet as the driver looks at: NEGOTIATE with its three words, a reply code. */
#define REPLY_KEPT_BYTES 12

enum reply_verdict {
	REPLY_ACCEPT,
	REPLY_REJECT,
	REPLY_TEMPFAIL,
	REPLY_OTHER, /* an answer that decides otherwise: discard, shutdown, what is unknown */
};

struct reply {
	char command;
	size_t len;		     /* of the data after the command */
	char data[REPLY_KEPT_BYTES]; /* its beginning */
};

/* All zeros at first. */
struct reply_reader {
	unsigned char head[MILTER_LENGTH_BYTES + 1 + REPLY_KEPT_BYTES];
	size_t have;
	uint32_t len; /* of the packet, once 4 bytes are there */
};

/*
 * Takes bytes from *p on, up to end.  OK when a packet is whole, and then *out is it; BAD for a
 * packet of no length or over 1 MiB.
 */
enum parse_status reply_next(struct reply_reader *reader, const char **p, const char *end,
			     struct reply *out);

/* Whether it ends the wait for an answer; edits and PROGRESS do not. */
bool reply_is_final(const struct reply *reply);

/* What a final answer to END_OF_MESSAGE decides. */
enum reply_verdict reply_verdict(const struct reply *reply);
const char *reply_verdict_word(enum reply_verdict verdict);

/* False if there is no verdict of that name. */
bool reply_verdict_of(const char *word, enum reply_verdict *out);

#endif
