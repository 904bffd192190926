// SPDX-License-Identifier: Apache-2.0
#include "address.h"
#include "settings_value.h"

struct place {
	char family; /* as address_parse() takes it */
	struct span host;
	struct span port; /* p is NULL if there is none */
};

/* "[ADDRESS]" and what follows it. */
static bool split_bracketed(struct span text, struct place *out)
{
	const char *end = memchr(text.p, ']', text.len);
	struct span rest;

	if (!end)
		return false;
	out->family = '6';
	out->host = span_of(text.p + 1, (size_t)(end - text.p) - 1);
	rest = span_after(text, out->host.len + 2);
	if (!rest.len)
		return true;
	out->port = span_after(rest, 1);
	return rest.p[0] == ':';
}

/* With one colon it is IPv4 and a port; with several, all of it an IPv6 address. */
static void split_bare(struct span text, struct place *out)
{
	const char *colon = memchr(text.p, ':', text.len);
	struct span port;

	out->family = '4';
	out->host = text;
	if (!colon)
		return;
	port = span_after(text, (size_t)(colon - text.p) + 1);
	if (memchr(port.p, ':', port.len)) {
		out->family = '6';
		return;
	}
	out->host.len = (size_t)(colon - text.p);
	out->port = port;
}

static bool split(struct span text, struct place *out)
{
	*out = (struct place){ 0 };
	if (text.len && text.p[0] == '[')
		return split_bracketed(text, out);
	split_bare(text, out);
	return true;
}

static bool is_port(struct span text)
{
	uint16_t port;

	return settings_value_port(text, &port) && port;
}

static const char *parse_name_server(const struct settings_input *in, struct settings_value *out)
{
	struct place place;
	struct address address;

	if (!split(in->text, &place) || (place.port.p && !is_port(place.port)) ||
	    address_parse(place.family, place.host, &address) != PARSE_OK)
		return "not a server; write \"ADDRESS\", \"ADDRESS:PORT\" or \"[ADDRESS]:PORT\"";
	out->text = settings_pool_text(in->pool, in->text);
	out->prefix = (struct prefix){
		.family = address.family,
		.length = address.family == ADDRESS_V4 ? 32 : 128,
	};
	memcpy(out->prefix.addr, address.bytes, sizeof(out->prefix.addr));
	return NULL;
}

const struct settings_type settings_type_name_server = { "a name server", "a string", false, false,
							 parse_name_server };
