/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connection_table - the slots that connections live in.
 *
 * All memory is had at once.  The dialogs lie apart from what is looked through often, so that a
 * slot which was never used costs address space only.
 */
#ifndef EXOGATE_CONNECTION_TABLE_H
#define EXOGATE_CONNECTION_TABLE_H

#include "dialog.h"

struct connection {
	struct dialog *dialog;
	int fd;		     /* -1: the slot is free */
	uint32_t generation; /* counts the connections that the slot has had */
	uint64_t active_ns;  /* when bytes were last received or sent */
	bool waiting;	     /* for an arena */
	size_t sent;	     /* bytes of the dialog's output */
	struct connection
		*next; /* in the list of free slots, or the engine's list of waiting ones */
};

struct connection_table {
	struct connection *slots;
	size_t n_slots;
	size_t n_open;
	struct dialog *dialogs;
	struct connection *free;
};

/* False if there is not enough memory; then nothing is held. */
bool connection_table_open(struct connection_table *table, size_t n_slots);

/* Closes what is still open; no operation may be in flight. */
void connection_table_close(struct connection_table *table);

/* Takes over fd; NULL, and fd stays the caller's, if no slot is free. */
struct connection *connection_take(struct connection_table *table, int fd,
				   const struct policy *policy);

/* Closes its fd. */
void connection_release(struct connection_table *table, struct connection *connection);

static inline uint32_t connection_slot(const struct connection_table *table,
				       const struct connection *connection)
{
	return (uint32_t)(connection - table->slots);
}

#endif
