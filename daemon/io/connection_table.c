// SPDX-License-Identifier: Apache-2.0
#include "connection_table.h"

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
	for (size_t i = n_slots; i-- > 0;) {
		table->slots[i] = (struct connection){
			.dialog = &table->dialogs[i],
			.fd = -1,
			.next = table->free,
		};
		table->free = &table->slots[i];
	}
	return true;
}

void connection_table_close(struct connection_table *table)
{
	for (size_t i = 0; i < table->n_slots; i++)
		if (table->slots[i].fd >= 0)
			close(table->slots[i].fd);
	free(table->slots);
	free(table->dialogs);
	*table = (struct connection_table){ 0 };
}

struct connection *connection_take(struct connection_table *table, int fd,
				   const struct policy *policy)
{
	struct connection *c = table->free;

	if (!c)
		return NULL;
	table->free = c->next;
	table->n_open++;
	c->fd = fd;
	c->sent = 0;
	dialog_init(c->dialog, policy);
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
