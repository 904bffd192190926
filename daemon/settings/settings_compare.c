// SPDX-License-Identifier: Apache-2.0
#include "settings_compare.h"

static bool texts_differ(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) != 0 : a != b;
}

static bool listeners_differ(const struct settings *a, const struct settings *b)
{
	if (a->n_listeners != b->n_listeners)
		return true;
	for (size_t i = 0; i < a->n_listeners; i++) {
		const struct settings_listener *one = &a->listeners[i], *other = &b->listeners[i];

		if (one->kind != other->kind || one->port != other->port ||
		    texts_differ(one->path, other->path) || texts_differ(one->host, other->host))
			return true;
	}
	return false;
}

size_t settings_compare(const struct settings *running, const struct settings *wanted,
			const char *keys[static SETTINGS_COMPARE_KEYS_MAX])
{
	const struct settings *a = running, *b = wanted;
	const struct {
		const char *key;
		bool differs;
	} rows[] = {
		{ "listen", listeners_differ(a, b) },
		{ "socket.mode", a->socket_mode != b->socket_mode },
		{ "socket.group", texts_differ(a->socket_group, b->socket_group) },
		{ "control", texts_differ(a->control, b->control) },
		{ "user", texts_differ(a->user, b->user) },
		{ "workers", a->workers != b->workers },
		{ "limits.connections", a->connections != b->connections },
		{ "limits.messages", a->messages != b->messages },
		{ "limits.message_header", a->message_header_bytes != b->message_header_bytes },
		{ "limits.idle", a->idle_s != b->idle_s },
		{ "limits.message_wait", a->message_wait_s != b->message_wait_s },
		{ "limits.message_idle", a->message_idle_s != b->message_idle_s },
		{ "dns.servers", texts_differ(a->dns_servers, b->dns_servers) },
		{ "dns.timeout", a->dns_timeout_ms != b->dns_timeout_ms },
		{ "dns.cache", a->dns_cache != b->dns_cache },
	};
	const size_t n_rows = sizeof(rows) / sizeof(rows[0]);
	size_t n = 0;

	_Static_assert(sizeof(rows) / sizeof(rows[0]) <= SETTINGS_COMPARE_KEYS_MAX,
		       "the caller has no room for all keys");
	for (size_t i = 0; i < n_rows; i++)
		if (rows[i].differs)
			keys[n++] = rows[i].key;
	return n;
}
