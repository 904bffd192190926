/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dns_message - what does the answer to a question for TXT records say, and for how long?
 *
 * Reads a response (RFC 1035 4) as a resolver sent it: hostile bytes, since whoever owns the name
 * chose them and they may be forged.  Only records count whose owner is the name that was asked
 * for, or what it is an alias of (CNAME, in whatever order they stand); what else is in the
 * response is walked over.  Nothing is allocated; cost is linear in the length of the message for
 * a chain of aliases of a given length, beside the names that are compared, whose number and length
 * are bounded.
 */
#ifndef EXOGATE_DNS_MESSAGE_H
#define EXOGATE_DNS_MESSAGE_H

#include <stdint.h>

#include "outbuf.h"
#include "parse.h"
#include "span.h"

#define DNS_NAME_MAX	253 /* octets of a name as text, without the last dot */
#define DNS_ALIASES_MAX 8   /* in a chain; a longer one is DNS_UNREADABLE */
#define DNS_TEXTS_MAX	8   /* records; more are DNS_UNREADABLE */

/*
 * Pointers of a name (RFC 1035 4.1.4): it has no use for more, since each leads to a further label
 * or to its end.  A name with more is nobody's.
 */
#define DNS_POINTERS_MAX 128

/* Names of TXT and CNAME records that are compared in all; more are DNS_UNREADABLE. */
#define DNS_NAMES_MAX 256

/* Without an SOA record that says how long what is not there may be remembered (RFC 2308 5). */
#define DNS_TTL_UNSAID 0

#define DNS_STATUSES(X)                                                    \
	X(DNS_FOUND, "found")	  /* at least one record */                \
	X(DNS_NO_NAME, "no-name") /* the name does not exist: NXDOMAIN */  \
	X(DNS_NO_DATA, "no-data") /* it does, but has no such record */    \
	/* for now: a server fails, refuses, is silent or does not know */ \
	X(DNS_FAILED, "failed")                                            \
	/* an answer that no server should give, or beyond our limits */   \
	X(DNS_UNREADABLE, "unreadable")

enum dns_status {
#define DNS_STATUS(status, word) status,
	DNS_STATUSES(DNS_STATUS)
#undef DNS_STATUS
};

#define DNS_N_STATUSES (DNS_UNREADABLE + 1)

/* As counters have it. */
const char *dns_status_word(enum dns_status status);

/* The texts live as long as the buffer that they were put in. */
struct dns_answer {
	enum dns_status status;
	uint32_t ttl_s; /* for how long it holds: the least of all records that it was made from */
	size_t n;	/* of DNS_FOUND, else 0 */
	struct span texts[DNS_TEXTS_MAX]; /* each record's strings joined (RFC 6376 3.6.2.2) */
};

/* How long all its texts are. */
size_t dns_answer_bytes(const struct dns_answer *answer);

/* Copies its texts, one behind the other, to where so much room is, and has it point there. */
void dns_answer_copy_texts(struct dns_answer *answer, char *texts);

/*
 * Reads the response to the question for the TXT records of name (text, without the last dot, in
 * any case).  The records' texts are appended to `texts`; one that has no room for them makes the
 * answer DNS_UNREADABLE.  That is also what is said of a message that is no response, answers
 * another question, is cut off (TC) or malformed, of a chain of aliases that is too long or goes in
 * a circle, and of too many records.
 *
 * Without an error and without such a record it is DNS_NO_DATA if there is an SOA record, or if
 * there is nothing at all (RFC 2308 2.2, types 1 to 3).  Name servers without an SOA record are a
 * referral, and an alias without what it leads to has not been followed: neither says that there is
 * no record, and both are DNS_FAILED.
 */
void dns_message_read(struct span message, struct span name, struct outbuf *texts,
		      struct dns_answer *out);

#endif
