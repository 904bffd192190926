// SPDX-License-Identifier: Apache-2.0
#include "milter_event.h"

#define CONNECT_PORT_BYTES 2

/* Takes a NUL-terminated string off the front of data. */
static bool take_string(struct span *data, struct span *out)
{
	const char *nul = data->len ? memchr(data->p, '\0', data->len) : NULL;

	if (!nul)
		return false;
	*out = span_of(data->p, (size_t)(nul - data->p));
	*data = span_after(*data, out->len + 1);
	return true;
}

/* Data that is one string and nothing after it. */
static bool only_string(struct span data, struct span *out)
{
	return take_string(&data, out) && data.len == 0;
}

static bool parse_offer(struct span data, struct milter_event *ev)
{
	if (data.len < 12)
		return false;
	ev->offer.version = milter_get_u32(data.p);
	ev->offer.actions = milter_get_u32(data.p + 4);
	ev->offer.steps = milter_get_u32(data.p + 8);
	return true;
}

static bool parse_macros(struct span data, struct milter_event *ev)
{
	if (data.len < 1)
		return false;
	ev->macros.stage = data.p[0];
	ev->macros.pairs = span_after(data, 1);
	return true;
}

static bool parse_ip_client(char family, struct span text, struct address *client)
{
	if (family == '4' && span_eq(text, SPAN("unknown")))
		return true;
	if (family == '6' && span_starts_nocase(text, SPAN("IPv6:")))
		text = span_after(text, SPAN("IPv6:").len);
	return address_parse(family, text, client) == PARSE_OK;
}

static bool parse_connect(struct span data, struct milter_event *ev)
{
	struct span text;
	char family;

	ev->connect.client = (struct address){ .family = ADDRESS_NONE };
	if (!take_string(&data, &ev->connect.host) || data.len < 1)
		return false;
	family = data.p[0];
	data = span_after(data, 1);
	if (family == 'U')
		return true;
	if (data.len < CONNECT_PORT_BYTES)
		return false;
	data = span_after(data, CONNECT_PORT_BYTES);
	if (!only_string(data, &text))
		return false;
	return family == 'L' || parse_ip_client(family, text, &ev->connect.client);
}

static bool parse_path(struct span data, struct milter_event *ev)
{
	if (!take_string(&data, &ev->path.address))
		return false;
	ev->path.parameters = data;
	return data.len == 0 || data.p[data.len - 1] == '\0';
}

static bool parse_header(struct span data, struct milter_event *ev)
{
	return take_string(&data, &ev->header.name) && only_string(data, &ev->header.value);
}

/* Sendmail sends the verb with a NUL, some testers without: libmilter takes both. */
static bool parse_unknown(struct span data, struct milter_event *ev)
{
	if (data.len && data.p[data.len - 1] == '\0')
		data.len--;
	ev->verb = data;
	return true;
}

static bool parse_data(char command, struct span data, struct milter_event *ev)
{
	switch (command) {
	case MILTER_NEGOTIATE:
		return parse_offer(data, ev);
	case MILTER_MACROS:
		return parse_macros(data, ev);
	case MILTER_CONNECT:
		return parse_connect(data, ev);
	case MILTER_HELO:
		return only_string(data, &ev->helo);
	case MILTER_MAIL:
	case MILTER_RCPT:
		return parse_path(data, ev);
	case MILTER_HEADER:
		return parse_header(data, ev);
	case MILTER_BODY:
	case MILTER_END_OF_MESSAGE:
		ev->chunk = data;
		return true;
	case MILTER_UNKNOWN:
		return parse_unknown(data, ev);
	case MILTER_ABORT:
	case MILTER_DATA:
	case MILTER_END_OF_HEADERS:
	case MILTER_QUIT:
	case MILTER_QUIT_NEW_CONNECTION:
		return true;
	default:
		return false;
	}
}

enum parse_status milter_event_parse(struct span packet, struct milter_event *out)
{
	struct milter_event ev;

	if (packet.len < 1 || !parse_data(packet.p[0], span_after(packet, 1), &ev))
		return PARSE_BAD;
	ev.type = (enum milter_command)packet.p[0];
	*out = ev;
	return PARSE_OK;
}

bool milter_macro_next(struct span *pairs, struct span *name, struct span *value)
{
	struct span rest = *pairs, n, v;

	if (!take_string(&rest, &n) || !take_string(&rest, &v))
		return false;
	if (n.len >= 2 && n.p[0] == '{' && n.p[n.len - 1] == '}')
		n = span_of(n.p + 1, n.len - 2);
	*pairs = rest;
	*name = n;
	*value = v;
	return true;
}
