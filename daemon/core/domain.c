// SPDX-License-Identifier: Apache-2.0
#include "domain.h"

#define LABEL_MAX 63

static bool is_label_octet(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

static bool labels_valid(struct span text)
{
	size_t label = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '.') {
			if (!label)
				return false;
			label = 0;
		} else if (!is_label_octet((unsigned char)text.p[i]) || ++label > LABEL_MAX) {
			return false;
		}
	}
	return label > 0;
}

enum parse_status domain_parse(struct span text, struct domain *out)
{
	if (text.len && text.p[text.len - 1] == '.')
		text.len--;
	if (!text.len || text.len > DOMAIN_MAX || !labels_valid(text))
		return PARSE_BAD;
	out->len = (unsigned char)text.len;
	span_copy_lower(text, out->text);
	return PARSE_OK;
}

bool domain_is_unicode(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.p[i] > 0x7f)
			return true;
	return false;
}

enum parse_status domain_parse_unicode(struct span text, domain_to_ascii *to_ascii,
				       struct domain *out)
{
	if (!domain_is_unicode(text))
		return domain_parse(text, out);
	return to_ascii ? to_ascii(text, out) : PARSE_BAD;
}
