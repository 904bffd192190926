/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cfws - the words that structured header fields are made of (RFC 5322 3.2).
 *
 * What mailbox and authres share: comments and folding, quoted strings, atoms.  The bytes are
 * hostile.  Each function takes what it names off the front of *rest and returns true; or returns
 * false and leaves *rest and its outputs as they were.  Spans point into the value and live as long
 * as it does.  Nothing is allocated; time is linear in the bytes looked at.
 *
 * A fold is LF or CR LF with a blank after it, since a milter delivers either.  Octets from 128 up
 * count as letters, unchecked (RFC 6532 3.1 and 3.2; names in Latin-1 are common).  Control
 * characters are refused everywhere, also behind a backslash: the obs-NO-WS-CTL and NUL of RFC 5322
 * 4.1 are where readers disagree and what C programs cut strings at.
 */
#ifndef EXOGATE_CFWS_H
#define EXOGATE_CFWS_H

#include <stdbool.h>

#include "span.h"

#define CFWS_COMMENT_DEPTH 64

/* Classes of octets; a set of them is their sum. */
enum cfws_class {
	CFWS_ATEXT = 0x01, /* RFC 5322 3.2.3 */
	CFWS_QTEXT = 0x02, /* RFC 5322 3.2.4 */
	CFWS_CTEXT = 0x04, /* RFC 5322 3.2.2 */
	CFWS_DTEXT = 0x08, /* RFC 5322 3.4.1 */
	CFWS_TOKEN = 0x10, /* RFC 2045 5.1 */
	CFWS_LDH = 0x20,   /* letters, digits, hyphen; ASCII only */
	CFWS_DIGIT = 0x40, /* ASCII only */
	CFWS_HIGH = 0x80,  /* octets from 128 up, which are also of the five text classes */
};

bool cfws_is(char c, unsigned int classes);

/*
 * Takes any blanks, folds and comments, also none.  False for a comment that does not end, nests
 * deeper than CFWS_COMMENT_DEPTH or holds a control character.  A line break that is no fold is
 * left in *rest, where no grammar wants it.
 */
bool cfws_skip(struct span *rest);

/* Takes the octet c. */
static inline bool cfws_take_char(struct span *rest, char c)
{
	if (!rest->len || rest->p[0] != c)
		return false;
	*rest = span_after(*rest, 1);
	return true;
}

/* Takes the longest run of octets of the classes; the run may be empty. */
struct span cfws_take_run(struct span *rest, unsigned int classes);

/* Takes a dot-atom-text (RFC 5322 3.2.3): no blank, no dot at either end, no two dots. */
bool cfws_take_dot_atom(struct span *rest, struct span *out);

/* Takes a quoted-string; *content is what stands between the quotes, folds and escapes included. */
bool cfws_take_quoted(struct span *rest, struct span *content);

#endif
