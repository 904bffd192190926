// SPDX-License-Identifier: Apache-2.0
#include "conversation_keys.h"

#include "clock.h"
#include "conversation.h"

void conversation_keys_begin(struct worker *worker, struct connection *c, const struct arena *arena)
{
	c->keys = &worker->keys[arena - worker->arenas.arenas];
	c->keys->n = 0;
	c->keys->worker = worker;
	c->keys->connection = c;
	session_set_dkim(&c->dialog->session, openssl_dkim_crypto(worker->crypto), clock_unix_s());
}

/* The last answer may be what the conversation waits for. */
static void on_told(struct resolver_waiter *waiter, const struct dns_answer *answer)
{
	const struct conversation_keys_lookup *lookup = (const void *)waiter;
	struct connection *c = lookup->of->connection;

	dialog_key(c->dialog, lookup->i, answer);
	conversation_keys_follow(c);
	conversation_told(lookup->of->worker, c);
}

static void ask(struct conversation_keys *keys, size_t i, struct span name)
{
	struct conversation_keys_lookup *lookup = &keys->lookups[i];
	const struct dns_answer *known;

	*lookup = (struct conversation_keys_lookup){
		.waiter.told = on_told,
		.of = keys,
		.i = i,
	};
	keys->n = i + 1;
	known = resolver_ask(keys->worker->resolver.resolver, name,
			     session_dkim_care(&keys->connection->dialog->session.dkim, i),
			     &lookup->waiter);
	if (known)
		dialog_key(keys->connection->dialog, i, known);
}

static void forget(struct conversation_keys *keys)
{
	for (size_t i = 0; i < keys->n; i++)
		resolver_forget(&keys->lookups[i].waiter);
	keys->n = 0;
}

void conversation_keys_follow(struct connection *c)
{
	const struct session *session = &c->dialog->session;
	struct span name;

	if (!c->keys)
		return;
	if (!session_key_name(session, 0, &name))
		forget(c->keys);
	else if (c->keys->n == 0)
		for (size_t i = 0; session_key_name(session, i, &name); i++)
			ask(c->keys, i, name);
}

void conversation_keys_end(struct connection *c)
{
	if (c->keys)
		forget(c->keys);
	c->keys = NULL;
}

void conversation_keys_give_up(struct connection *c)
{
	const struct dns_answer none = { .status = DNS_FAILED };
	struct span name;

	for (size_t i = 0; session_key_name(&c->dialog->session, i, &name); i++) {
		struct resolver_waiter *waiter = &c->keys->lookups[i].waiter;

		if (!waiter->link)
			continue;
		resolver_forget(waiter);
		dialog_key(c->dialog, i, &none);
	}
}
