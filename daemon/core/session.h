/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session - one milter connection as a sequence of events: from what is heard to one answer a
 * message.
 *
 * Front ends (dialog.h for the wire; a libmilter one feeds the same) give events in order; the
 * session collects facts and judges once, at END_OF_MESSAGE.  No earlier event gets a verdict: the
 * MTA has been told not to wait for one (milter_negotiate.h).  Out-of-order events end the
 * connection.  Nothing of one message is known in the next.
 *
 * Memory: what is known of the connection and the envelope is copied into the session, bounded;
 * header fields, and what is made of a message, lie in its arena, lent by session_begin_message().
 * Beyond a limit the message is followed to its end and deferred.
 */
#ifndef EXOGATE_SESSION_H
#define EXOGATE_SESSION_H

#include "arena.h"
#include "facts.h"
#include "milter_event.h"
#include "policy.h"
#include "session_answer.h"
#include "session_dkim.h"
#include "session_limiter.h"

#define SESSION_CERTIFICATE_MAX 256 /* octets of a name; longer counts as no name */
#define SESSION_QUEUE_ID_MAX	64  /* octets kept for the log */
#define SESSION_MAIL_FROM_MAX	512 /* octets; twice what RFC 5321 4.5.3.1.3 allows */

enum session_state {
	SESSION_NEW,	   /* nothing, or QUIT_NC */
	SESSION_CONNECTED, /* and perhaps HELO */
	SESSION_MAIL,
	SESSION_RCPT, /* at least one recipient, perhaps DATA */
	SESSION_HEADERS,
	SESSION_BODY,
	SESSION_WAITING, /* all is heard; key records are outstanding */
	SESSION_JUDGED,	 /* until session_end_message() */
};

enum session_result {
	SESSION_NEXT,	/* go on; CONTINUE if a reply is due */
	SESSION_ANSWER, /* *answer is the verdict on the message */
	SESSION_WAIT,	/* it will be, once the key records are known: session_key() */
	SESSION_CLOSE,	/* QUIT, or an event out of order */
};

struct session {
	const struct policy *policy;
	const struct session_limiter *limiter; /* NULL: no limits */
	bool leading_space;		       /* as agreed with the MTA */
	uint32_t actions;		       /* edits that the MTA allows, enum milter_action */
	enum session_state state;

	/* of the connection */
	struct address client;
	bool postfix; /* its rule says when a certificate name is verified */
	bool helo_macros_seen;
	char certificate[SESSION_CERTIFICATE_MAX];
	size_t certificate_len;

	/* of the message */
	struct arena *arena;
	bool over_limit;   /* nothing of it is kept, it will be deferred */
	struct span limit; /* which, if it is over one */
	bool turned_away;  /* and that is for want of an arena */
	bool failed;	   /* or of other memory, to read what it says with */
	bool authenticated;
	char mail_from[SESSION_MAIL_FROM_MAX];
	char queue_id[SESSION_QUEUE_ID_MAX];
	size_t queue_id_len;
	struct facts_envelope envelope;
	struct header_index headers;
	struct session_dkim dkim;
};

void session_init(struct session *session, const struct policy *policy);

/* To be called after session_init(); the limiter outlives the session. */
void session_set_limiter(struct session *session, const struct session_limiter *limiter);

/*
 * To be called after MAIL and before the first of HEADER, END_OF_HEADERS, BODY and END_OF_MESSAGE:
 * lends the arena that the fields are received into, until session_in_message() is false again.
 */
void session_begin_message(struct session *session, struct arena *arena);

/*
 * In its place, when there is no arena to be had: the message is followed to its end all the same,
 * and deferred.
 */
void session_turn_away(struct session *session);

/*
 * Who verifies signatures, and the time in seconds since 1970; to be called, before the first BODY
 * or END_OF_MESSAGE, for each message of a policy whose dkim_source is POLICY_DKIM_NATIVE.  The
 * crypto outlives the session.
 */
void session_set_dkim(struct session *session, const struct dkim_crypto *crypto, uint64_t now);

/*
 * The names of the key records that the message needs, from its first BODY or END_OF_MESSAGE on;
 * false beyond them.  They are valid, and the answers awaited, until session_key_name(s, 0, ...) is
 * false again, which each session_step() may bring about: whoever looks them up forgets them then.
 */
bool session_key_name(const struct session *session, size_t i, struct span *name);

/*
 * What the look-up of that name came to, whenever it is known; the answer is borrowed until this
 * returns.  SESSION_NEXT, or after SESSION_WAIT, with the last of them, SESSION_ANSWER.
 */
enum session_result session_key(struct session *session, size_t i, const struct dns_answer *record,
				struct session_answer *answer);

/* Whether a message is under way or its answer may still be read. */
bool session_in_message(const struct session *session);

/* Whether its envelope may be complete, and a large packet come. */
bool session_has_recipient(const struct session *session);

/*
 * To be called once the answer has been given and before the next event: forgets the message, and
 * the answer is invalid from then on.
 */
void session_end_message(struct session *session);

/* To be called when a message's header outgrows its limits: its verdict will be to defer it. */
void session_over_limit(struct session *session);

enum session_result session_step(struct session *session, const struct milter_event *event,
				 struct session_answer *answer);

#endif
