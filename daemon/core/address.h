/* SPDX-License-Identifier: Apache-2.0 */
/*
 * address - a client's IP address, as bytes.
 */
#ifndef EXOGATE_ADDRESS_H
#define EXOGATE_ADDRESS_H

#include <stdint.h>

#include "parse.h"
#include "span.h"

enum address_family {
	ADDRESS_NONE = 0, /* local socket, or unknown */
	ADDRESS_V4 = 4,
	ADDRESS_V6 = 6,
};

#define ADDRESS_TEXT_MAX 40 /* with NUL: eight groups of four and seven colons */

struct address {
	uint8_t family;	   /* enum address_family */
	uint8_t bytes[16]; /* network order; IPv4 in the first four, the rest 0 */
};

/*
 * Reads dotted-quad or RFC 4291 text, hostile; family is '4' or '6' as in a milter CONNECT.  An
 * IPv4-mapped IPv6 address becomes the IPv4 address that it maps.  PARSE_BAD if it is none.
 */
enum parse_status address_parse(char family, struct span text, struct address *out);

/* Writes dotted-quad or RFC 5952 text with NUL to out, or "unknown". */
void address_format(const struct address *address, char out[static ADDRESS_TEXT_MAX]);

#endif
