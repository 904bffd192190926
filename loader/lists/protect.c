// SPDX-License-Identifier: Apache-2.0
#include "protect.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT_MAX 65535

static bool read_port(const char *text, __u32 *out)
{
	char *end;
	unsigned long port = strtoul(text, &end, 10);

	if (*text < '1' || *text > '9' || *end || port > PORT_MAX)
		return false;
	*out = (__u32)port;
	return true;
}

static bool read_address(const char *text, size_t len, struct exogate_endpoint *out)
{
	char copy[INET6_ADDRSTRLEN];
	bool bracketed = len >= 2 && text[0] == '[' && text[len - 1] == ']';

	if (bracketed) {
		text++;
		len -= 2;
	}
	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (!bracketed && strcmp(copy, "any") == 0)
		return true;
	out->family = strchr(copy, ':') ? 6 : 4;
	if (bracketed && out->family != 6)
		return false;
	return inet_pton(out->family == 4 ? AF_INET : AF_INET6, copy, out->addr) == 1;
}

/* What no host has for an address of its own; NULL if it may be one. */
static const char *not_of_a_host(const struct exogate_endpoint *endpoint)
{
	static const __u8 nothing[16], mapped[12] = { [10] = 0xff, [11] = 0xff };
	const __u8 *addr = endpoint->addr;

	if (!endpoint->family)
		return NULL;
	if (memcmp(addr, nothing, sizeof(nothing)) == 0)
		return "write any:PORT for every address of the host";
	if (endpoint->family == 6 && memcmp(addr, mapped, sizeof(mapped)) == 0)
		return "write the IPv4 address that is in it";
	if (endpoint->family == 4 ? addr[0] >= 224 : addr[0] == 0xff)
		return "a multicast or reserved address";
	return NULL;
}

static bool same_endpoint(const struct exogate_endpoint *a, const struct exogate_endpoint *b)
{
	return a->family == b->family && a->port == b->port &&
	       memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

bool protect_has(const struct exogate_config *config, const struct exogate_endpoint *endpoint)
{
	for (__u32 i = 0; i < config->protected_n; i++) {
		if (same_endpoint(&config->protected[i], endpoint))
			return true;
	}
	return false;
}

/* None is in one twice. */
bool protect_same(const struct exogate_config *a, const struct exogate_config *b)
{
	for (__u32 i = 0; i < a->protected_n; i++) {
		if (!protect_has(b, &a->protected[i]))
			return false;
	}
	return a->protected_n == b->protected_n;
}

const char *protect_add(struct exogate_config *config, const char *text)
{
	struct exogate_endpoint endpoint = { 0 };
	const char *colon = strrchr(text, ':');

	if (!read_port(colon ? colon + 1 : text, &endpoint.port))
		return "the port is not a number from 1 to 65535";
	if (colon && text[0] != '[' && memchr(text, ':', (size_t)(colon - text)))
		return "write an IPv6 address in brackets: [ADDRESS]:PORT";
	if (colon && !read_address(text, (size_t)(colon - text), &endpoint))
		return "neither any:PORT, ADDRESS:PORT nor [ADDRESS]:PORT";
	if (not_of_a_host(&endpoint))
		return not_of_a_host(&endpoint);
	if (protect_has(config, &endpoint))
		return "named twice";
	if (config->protected_n == EXOGATE_PROTECTED_MAX)
		return "more endpoints than can be protected";
	config->protected[config->protected_n++] = endpoint;
	return NULL;
}

const char *protect_format(const struct exogate_endpoint *endpoint, char text[PROTECT_TEXT_SIZE])
{
	char address[INET6_ADDRSTRLEN] = "any";

	if (endpoint->family)
		inet_ntop(endpoint->family == 4 ? AF_INET : AF_INET6, endpoint->addr, address,
			  sizeof(address));
	snprintf(text, PROTECT_TEXT_SIZE, endpoint->family == 6 ? "[%s]:%u" : "%s:%u", address,
		 endpoint->port);
	return text;
}
