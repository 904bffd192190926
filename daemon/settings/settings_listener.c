// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <sys/un.h>

#include "settings_value.h"

static const char no_listener[] =
	"not a socket; write \"unix:PATH\", \"inet:PORT@HOST\" or \"inet6:PORT@HOST\"";

static const struct kind {
	struct span prefix;
	enum settings_listener_kind kind;
	int family;
} kinds[] = {
	{ { "unix:", 5 }, SETTINGS_LISTENER_UNIX, AF_UNIX },
	{ { "inet:", 5 }, SETTINGS_LISTENER_INET, AF_INET },
	{ { "inet6:", 6 }, SETTINGS_LISTENER_INET6, AF_INET6 },
};

static const struct kind *find_kind(struct span text)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(text.p, kinds[i].prefix.p, kinds[i].prefix.len))
			return &kinds[i];
	return NULL;
}

static const char *parse_path(struct span path, struct settings_listener *out)
{
	if (path.len == 0 || path.p[0] != '/')
		return "the path of the socket is not absolute";
	if (path.len >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return "the path is longer than the 107 bytes that a socket can have";
	out->path = path.p;
	return NULL;
}

static const char *parse_port(struct span text, uint16_t *out)
{
	if (!settings_value_port(text, out))
		return no_listener;
	return *out ? NULL : "the port is not from 1 to 65535";
}

/* All digits and dots: meant as an address, so that it must not pass for a name. */
static bool looks_like_address(struct span host)
{
	return strspn(host.p, "0123456789.") == host.len;
}

static const char *parse_host(int family, struct span host, struct settings_listener *out)
{
	unsigned char address[sizeof(struct in6_addr)];
	struct domain name;

	if (inet_pton(family, host.p, address) != 1 &&
	    (looks_like_address(host) || domain_parse(host, &name) != PARSE_OK))
		return family == AF_INET ? "the host is neither a name nor an IPv4 address" :
					   "the host is neither a name nor an IPv6 address";
	out->host = host.p;
	return NULL;
}

static const char *parse_inet(const struct kind *kind, struct span rest,
			      struct settings_listener *out)
{
	const char *at = memchr(rest.p, '@', rest.len);
	const char *error;
	size_t port_len;

	if (!at)
		return no_listener;
	port_len = (size_t)(at - rest.p);
	error = parse_port(span_of(rest.p, port_len), &out->port);
	return error ? error : parse_host(kind->family, span_after(rest, port_len + 1), out);
}

static const char *parse_listener(const struct settings_input *in, struct settings_value *out)
{
	struct settings_listener *listener = settings_pool_array(in->pool, 1, sizeof(*listener));
	struct span text = settings_pool_text(in->pool, in->text), rest;
	const struct kind *kind = find_kind(in->text);
	const char *error;

	if (!kind)
		return no_listener;
	if (!listener || text.len != in->text.len)
		return NULL; /* out of memory, which the pool remembers */
	listener->kind = kind->kind;
	rest = span_after(text, kind->prefix.len);
	error = kind->family == AF_UNIX ? parse_path(rest, listener) :
					  parse_inet(kind, rest, listener);
	if (error)
		return error;
	out->text = text;
	out->listener = listener;
	return NULL;
}

const struct settings_type settings_type_listener = {
	"unix:PATH, inet:PORT@HOST or inet6:PORT@HOST", "a string", false, false, parse_listener
};
