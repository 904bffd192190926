/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dialog - the milter protocol on one connection: bytes in, bytes out.
 *
 * Joins framing, events, session and replies, and owns the rules for the received bytes.  It does
 * no I/O: it says what it wants next, and the engine (io/serve_uring.c) does it.
 *
 *	dialog_init()
 *	loop: dialog_run() wants
 *	  DIALOG_RECEIVE	read into dialog_room(), then dialog_received()
 *	  DIALOG_LEND		dialog_lend() an arena, as soon as there is one to lend; who waited
 *				for too long is turned away: dialog_turn_away(); one that
 *				still has the last message's is lent that: dialog->arena
 *	  DIALOG_WAIT		look up the key records of session_key_name(), as soon as there are
 *				any; dialog_key() with what each comes to
 *	  DIALOG_SEND		send all of dialog_output(), then dialog_sent()
 *	  DIALOG_CLOSE		close; dialog_close_reason() says why
 *	and after each dialog_run(): dialog_reclaim(); at the end dialog_abandon()
 *
 * Bytes are received into the connection's small buffer, and from the first header field to the end
 * of the message into the message's arena, where header fields stay; the body and everything else
 * is overwritten once read.  A packet of the body is not awaited: the session is given its bytes as
 * they come, so that the arena holds no more of a large one than of a small one.
 *
 * So an MTA that has named its recipients and waits for a slow client holds no arena.  What stays,
 * with the records made of it, is limited to message_bytes: beyond that the message is followed to
 * its end and deferred.  One that is turned away goes through the small buffer, where of a packet
 * that does not fit only its command is read.
 */
#ifndef EXOGATE_DIALOG_H
#define EXOGATE_DIALOG_H

#include "close_reason.h"
#include "milter_answer.h"
#include "milter_negotiate.h"
#include "session.h"

/* Room for what is said before the header; Postfix limits these packets to about 2 KiB each. */
#define DIALOG_BUFFER_BYTES 3072

/*
 * How much is read at once into an arena, but for a larger packet of the header.  As much of its
 * memory is touched by every message that is under way.
 */
#define DIALOG_READ_BYTES ((size_t)16 * 1024)

/* In an arena, beside what the message keeps: the packet that is read, and what came after it. */
#define DIALOG_ARENA_EXTRA_BYTES \
	(MILTER_LENGTH_BYTES + MILTER_PACKET_MAX_BYTES + 2 * DIALOG_READ_BYTES)

enum dialog_want {
	DIALOG_RECEIVE,
	DIALOG_LEND,
	DIALOG_WAIT,
	DIALOG_SEND,
	DIALOG_CLOSE,
};

/* Where received bytes lie: [0,keep) is borrowed from, [start,end) has not been read yet. */
struct dialog_input {
	char *base;
	size_t keep;
	size_t start;
	size_t end;
	size_t wanted;	/* bytes from start that make the next packet whole, as far as known */
	size_t passing; /* bytes still to come of a packet that is not held until it is whole */
	enum milter_command command; /* its */
};

struct dialog {
	struct session session;
	struct milter_agreement agreed;
	bool negotiated;
	struct dialog_input in;
	struct arena *arena; /* lent, or NULL */
	bool heard;	     /* of a whole packet, in what was last received */
	bool waiting;	     /* for key records */
	bool judged;	     /* answer holds */
	struct session_answer answer;
	struct outbuf out;
	enum close_reason close_reason;
	char buffer[DIALOG_BUFFER_BYTES];
	char reply[MILTER_ANSWER_REFUSAL_BYTES]; /* of whatever is short */
};

void dialog_init(struct dialog *dialog, const struct policy *policy);

enum dialog_want dialog_run(struct dialog *dialog);

/* Where to receive to; never empty after dialog_run() wanted DIALOG_RECEIVE. */
void dialog_room(struct dialog *dialog, char **p, size_t *len);
void dialog_received(struct dialog *dialog, size_t len);

/* The size of the arenas to lend. */
static inline size_t dialog_arena_bytes(size_t message_bytes)
{
	return message_bytes + DIALOG_ARENA_EXTRA_BYTES;
}

/* Whether kept bytes and the records in such an arena are more than one message may keep. */
static inline bool dialog_over_limit(const struct arena *arena, size_t kept_bytes)
{
	size_t records = arena->size - arena->high;

	return kept_bytes + records > arena->size - DIALOG_ARENA_EXTRA_BYTES;
}

/* The arena has dialog_arena_bytes(). */
void dialog_lend(struct dialog *dialog, struct arena *arena);

/* In place of dialog_lend(): the message will be deferred. */
void dialog_turn_away(struct dialog *dialog);

/*
 * What to send now and then while something is awaited, so that the MTA goes on waiting: a PROGRESS
 * packet.  Empty where the MTA might not expect it: Postfix takes it for any reply, and waits anew;
 * others only for that to the end of a message.
 */
struct span dialog_progress(const struct dialog *dialog);

/*
 * What the look-up of a key record came to, whenever it is known (session_key()); with the last one
 * that it waits for, dialog_run() goes on.
 */
void dialog_key(struct dialog *dialog, size_t i, const struct dns_answer *record);

/* A lent arena that is no longer needed, or NULL. */
struct arena *dialog_reclaim(struct dialog *dialog);

/* The lent arena whatever it is needed for, or NULL; only before the connection is closed. */
struct arena *dialog_abandon(struct dialog *dialog);

struct span dialog_output(const struct dialog *dialog);
void dialog_sent(struct dialog *dialog);

/* The verdict that the output holds; NULL if it holds none.  Valid until dialog_sent(). */
const struct session_answer *dialog_answer(const struct dialog *dialog);

enum close_reason dialog_close_reason(const struct dialog *dialog);

#endif
