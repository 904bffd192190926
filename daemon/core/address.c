// SPDX-License-Identifier: Apache-2.0
#include "address.h"

#include <arpa/inet.h>

#define V4_BYTES 4
#define V6_BYTES 16

static const uint8_t mapped_prefix[V6_BYTES - V4_BYTES] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff,
};

/* inet_pton(3) on text that is not NUL-terminated and may hold NULs. */
static bool text_to_bytes(int af, struct span text, uint8_t *bytes)
{
	char buffer[INET6_ADDRSTRLEN];

	if (!text.len || text.len >= sizeof(buffer) || memchr(text.p, '\0', text.len))
		return false;
	memcpy(buffer, text.p, text.len);
	buffer[text.len] = '\0';
	return inet_pton(af, buffer, bytes) == 1;
}

static void unmap(struct address *address)
{
	if (memcmp(address->bytes, mapped_prefix, sizeof(mapped_prefix)) != 0)
		return;
	memmove(address->bytes, address->bytes + sizeof(mapped_prefix), V4_BYTES);
	memset(address->bytes + V4_BYTES, 0, V6_BYTES - V4_BYTES);
	address->family = ADDRESS_V4;
}

enum parse_status address_parse(char family, struct span text, struct address *out)
{
	struct address address = { 0 };

	if (family != '4' && family != '6')
		return PARSE_BAD;
	if (!text_to_bytes(family == '4' ? AF_INET : AF_INET6, text, address.bytes))
		return PARSE_BAD;
	address.family = family == '4' ? ADDRESS_V4 : ADDRESS_V6;
	if (family == '6')
		unmap(&address);
	*out = address;
	return PARSE_OK;
}

void address_format(const struct address *address, char out[static ADDRESS_TEXT_MAX])
{
	if (address->family == ADDRESS_V4)
		inet_ntop(AF_INET, address->bytes, out, ADDRESS_TEXT_MAX);
	else if (address->family == ADDRESS_V6)
		inet_ntop(AF_INET6, address->bytes, out, ADDRESS_TEXT_MAX);
	else
		memcpy(out, "unknown", sizeof("unknown"));
}
