// SPDX-License-Identifier: Apache-2.0
#include "connection_table.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

bool connection_table_open(struct connection_table *table, size_t n_slots)
{
	*table = (struct connection_table){
		.slots = calloc(n_slots, sizeof(*table->slots)),
		.dialogs = calloc(n_slots, sizeof(*table->dialogs)),
	};
	if (!table->slots || !table->dialogs) {
		connection_table_close(table);
		return false;
	}
	table->n_slots = n_slots;
	return true;
}

void connection_table_close(struct connection_table *table)
{
	for (size_t i = 0; i < table->n_used; i++)
		if (table->slots[i].fd >= 0)
			close(table->slots[i].fd);
	free(table->slots);
	free(table->dialogs);
	*table = (struct connection_table){ 0 };
}

static size_t free_slot(struct connection_table *table)
{
	size_t slot;

	if (!table->free)
		return table->n_used++;
	slot = connection_slot(table, table->free);
	table->free = table->free->next;
	return slot;
}

struct connection *connection_take(struct connection_table *table, int fd)
{
	size_t slot = free_slot(table);
	struct connection *c = &table->slots[slot];

	assert(slot < table->n_slots);
	*c = (struct connection){
		.dialog = &table->dialogs[slot],
		.fd = fd,
		.generation = c->generation,
	};
	table->n_open++;
	return c;
}

void connection_release(struct connection_table *table, struct connection *c)
{
	close(c->fd);
	c->fd = -1;
	c->generation++;
	c->next = table->free;
	table->free = c;
	table->n_open--;
}
