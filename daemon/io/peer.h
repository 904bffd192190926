/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer - one MTA's connection to a filter of libmilter's (filter.h): its session and what that has
 * been lent, within the limits that all connections of the process share.
 *
 * Those of one peer are called from one thread at a time, by several peers at once.
 */
#ifndef EXOGATE_PEER_H
#define EXOGATE_PEER_H

#include "dialog.h"
#include "key_service.h"
#include "ledger.h"
#include "policy_store.h"

/* Of a macro's value no more is read; nothing that fits SESSION_CERTIFICATE_MAX is cut. */
#define PEER_MACRO_MAX (SESSION_CERTIFICATE_MAX + 1)

#define PEER_STAGES	   5 /* at which macros are looked up */
#define PEER_MACROS	   7 /* that the session reads */
#define PEER_CLIENT_MACROS 2 /* that name the client */

struct peer {
	struct policy_version *policy;
	struct session session;
	struct arena *arena; /* lent, or NULL */
	bool in_message;     /* as it is counted */
	bool lost;	     /* cannot be followed: all its messages are to be deferred */
	struct key_question *keys[DKIM_SIGNATURES_MAX]; /* of the message; NULL: no memory */
	size_t n_keys;

	/* of peer_macros.c: where each value lay at the last event of each stage; 0: nowhere */
	uintptr_t seen[PEER_STAGES][PEER_MACROS];
	char client[PEER_CLIENT_MACROS][PEER_MACRO_MAX]; /* at CONNECT; empty: not sent */
};

struct peer_limits {
	size_t connections;   /* at once */
	const char *to_raise; /* for more of them */
	size_t messages;      /* at once, each with an arena */
	const struct session_limiter *limiter;
	unsigned int message_wait_s;
	size_t message_bytes;
	struct key_service *keys;	  /* who looks up keys */
	const struct dkim_crypto *crypto; /* for all threads */
};

/* Before all others, once a process; false without memory.  What is named must last as long. */
bool peer_set_up(const struct peer_limits *limits, struct policy_store *policies,
		 struct ledger *ledger);

/* NULL if there are too many, or no memory. */
struct peer *peer_open(void);
void peer_close(struct peer *peer);

/* From now on it is lost; says why in the log, once. */
void peer_lose(struct peer *peer, enum close_reason reason);

/* One event, but for the end of a message, which takes back the arena if it ends the message. */
void peer_tell(struct peer *peer, const struct milter_event *event);

/*
 * To be called before each of HEADER, END_OF_HEADERS, BODY and END_OF_MESSAGE: sees to it that the
 * message has an arena, and waits for one, for message_wait_s; then it will be deferred.
 */
void peer_begin_content(struct peer *peer);

/*
 * To be called for each packet that may come before the first recipient, with the length of its
 * strings and their NULs: one that is larger than a dialog would take loses the peer.
 */
void peer_check_size(struct peer *peer, size_t len);

/* Whether the message keeps what is told next, which then begins with peer_keep_command(). */
bool peer_keeps(const struct peer *peer);

/*
 * A packet takes of an arena what it takes in a dialog: a byte for its command, and its strings
 * with their NULs.  They fit: libmilter's packets are no larger than a dialog's.
 */
void peer_keep_command(struct peer *peer);
struct span peer_keep_string(struct peer *peer, const char *string);

/*
 * Judges the message; peer_end_message() is to follow once the answer has been given.  It may have
 * to wait for keys, for message_wait_s, and meanwhile has the MTA told so by progress().
 */
void peer_judge(struct peer *peer, void (*progress)(void *mta), void *mta,
		struct session_answer *answer);
void peer_end_message(struct peer *peer, const struct session_answer *answer);

/*
 * Returns when there is no peer left; after so many seconds when no message is under way; and after
 * message_seconds, which are more, in any case.
 */
void peer_drain(unsigned int seconds, unsigned int message_seconds);

#endif
