/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connection_table - the slots that connections live in.
 *
 * All memory is had at once, and touched only as far as there ever were connections at once: slots
 * are used from the first one on, and the one last freed is used again first.
 */
#ifndef EXOGATE_CONNECTION_TABLE_H
#define EXOGATE_CONNECTION_TABLE_H

#include "dialog.h"
#include "policy_store.h"
#include "timer_wheel.h"

enum connection_waits {
	CONNECTION_WAITS_NOT,
	CONNECTION_WAITS_FOR_ARENA,
	CONNECTION_WAITS_FOR_KEYS,
};

struct connection {
	struct dialog *dialog;
	struct policy_version *policy; /* that it is judged by */
	int fd;			       /* -1: the slot is free */
	uint32_t generation;	       /* counts the connections that the slot has had */
	uint64_t active_ns;	       /* when bytes were last received or sent */
	uint64_t heard_ns;	       /* since when it is for the peer to speak */
	struct timer timer;	       /* looks at heard_ns */
	size_t sent;		       /* bytes of the dialog's output */
	uint64_t lent_ns;	       /* when its message was lent an arena, or turned away */
	uint64_t wait_ns;	       /* since when it waits for one, or for keys */
	uint64_t progress_ns;	       /* when the MTA was last told of that */
	bool in_message;
	bool patient; /* with its silence: limits.message_idle holds */
	enum connection_waits waits;
	bool keys_known; /* so its message is judged once its operation in flight has ended */
	bool given_up;	 /* so its message is turned away once its operation in flight has ended */
	bool hung_up;	 /* by us, for: */
	enum close_reason hang_up_reason;
	struct conversation_keys *keys; /* of its arena; NULL without one */
	struct arena *reserved;		/* to be lent once its operation in flight has ended */
	struct connection *next; /* in the list of free slots, or the engine's of waiting ones */
};

struct connection_table {
	struct connection *slots;
	size_t n_slots;
	size_t n_used; /* slots that ever were taken: the first ones */
	size_t n_open;
	struct dialog *dialogs;
	struct connection *free;
};

/* False if there is not enough memory; then nothing is held. */
bool connection_table_open(struct connection_table *table, size_t n_slots);

/* Closes what is still open; no operation may be in flight. */
void connection_table_close(struct connection_table *table);

/*
 * Takes over fd; at most n_slots may be open.  All is zeroed but for the fd, the generation, and
 * the dialog, which is the caller's to initialise.
 */
struct connection *connection_take(struct connection_table *table, int fd);

/* Closes its fd. */
void connection_release(struct connection_table *table, struct connection *connection);

static inline uint32_t connection_slot(const struct connection_table *table,
				       const struct connection *connection)
{
	return (uint32_t)(connection - table->slots);
}

static inline struct connection *connection_of_timer(struct timer *timer)
{
	return (struct connection *)((char *)timer - offsetof(struct connection, timer));
}

#endif
