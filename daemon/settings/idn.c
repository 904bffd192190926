// SPDX-License-Identifier: Apache-2.0
#include "idn.h"

#include <idn2.h>

/* A character has up to 4 octets in UTF-8, and in an A-label never less than one. */
#define TEXT_MAX ((size_t)4 * DOMAIN_MAX)

enum parse_status idn_to_ascii(struct span text, struct domain *out)
{
	char lower[TEXT_MAX + 1];
	uint8_t *ascii = NULL;
	enum parse_status status;
	int error;

	if (text.len > TEXT_MAX || memchr(text.p, '\0', text.len))
		return PARSE_BAD;
	span_copy_lower(text, lower);
	lower[text.len] = '\0';
	error = idn2_lookup_u8((const uint8_t *)lower, &ascii, IDN2_NFC_INPUT | IDN2_NO_TR46);
	if (error)
		return error == IDN2_MALLOC ? PARSE_FAILED : PARSE_BAD;
	status = domain_parse(span_of_string((const char *)ascii), out);
	idn2_free(ascii);
	return status;
}
