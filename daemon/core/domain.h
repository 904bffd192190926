/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domain - a domain name in the one form that is compared everywhere.
 *
 * The form: ASCII letters in lower case, no trailing dot, 1 to DOMAIN_MAX octets, labels of
 * 1 to 63 octets (RFC 1035 2.3.4) of letters, digits, '-' and '_'.  U-labels (RFC 6532) are
 * refused rather than folded: an octet outside ASCII must never come to equal a configured name.
 */
#ifndef EXOGATE_DOMAIN_H
#define EXOGATE_DOMAIN_H

#include "parse.h"
#include "span.h"

#define DOMAIN_MAX 253

struct domain {
	unsigned char len;
	char text[DOMAIN_MAX];
};

static inline struct span domain_span(const struct domain *domain)
{
	return span_of(domain->text, domain->len);
}

/*
 * Normalises hostile text: PARSE_OK, or PARSE_BAD for anything that is no domain name (an address
 * literal, an empty label, a blank, an octet outside ASCII, too long).  One trailing dot is
 * dropped.
 */
enum parse_status domain_parse(struct span text, struct domain *out);

#endif
