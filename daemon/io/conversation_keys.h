/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conversation_keys - what a conversation asks the worker's resolver for its message's signatures.
 *
 * Look-ups begin as soon as the header is read, while the body comes; the answers go to the dialog
 * whenever they are there.  They are forgotten with the message that they were for.
 */
#ifndef EXOGATE_CONVERSATION_KEYS_H
#define EXOGATE_CONVERSATION_KEYS_H

#include "worker.h"

/* The look-ups of one message; as many of these as there are arenas. */
struct conversation_keys {
	struct conversation_keys_lookup {
		struct resolver_waiter waiter; /* the first member */
		struct conversation_keys *of;
		size_t i;
	} lookups[DKIM_SIGNATURES_MAX];
	size_t n; /* that were asked */
	struct worker *worker;
	struct connection *connection;
};

/* To be called when the dialog is lent an arena of the worker's. */
void conversation_keys_begin(struct worker *worker, struct connection *connection,
			     const struct arena *arena);

/*
 * To be called after each dialog_run(), before the arena may be given back: asks for what the
 * dialog needs now, or forgets what it needs no more.  Answers that are known already are given.
 */
void conversation_keys_follow(struct connection *connection);

/* To be called before the arena goes back: the look-ups that belong to it are another's then. */
void conversation_keys_end(struct connection *connection);

/* Gives those that are still awaited an answer: that there is none for now. */
void conversation_keys_give_up(struct connection *connection);

#endif
