/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domain - a domain name in the one form that is compared everywhere.
 *
 * The form: ASCII letters in lower case, no trailing dot, 1 to DOMAIN_MAX octets, labels of
 * 1 to 63 octets (RFC 1035 2.3.4) of letters, digits, '-' and '_'.  U-labels (RFC 6532) become
 * A-labels where a domain_to_ascii is at hand, and are never folded: a name with an octet outside
 * ASCII must not come to equal one without.
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

/*
 * Normalises a name with octets outside ASCII, which are U-labels in UTF-8 or hostile: PARSE_OK,
 * PARSE_BAD if they are none, or PARSE_FAILED.
 */
typedef enum parse_status domain_to_ascii(struct span text, struct domain *out);

/* Whether an octet is outside ASCII. */
bool domain_is_unicode(struct span text);

/*
 * domain_parse() of a name that may have U-labels; without to_ascii (NULL) these are PARSE_BAD.
 * PARSE_FAILED as to_ascii has it.
 */
enum parse_status domain_parse_unicode(struct span text, domain_to_ascii *to_ascii,
				       struct domain *out);

#endif
