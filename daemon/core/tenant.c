// SPDX-License-Identifier: Apache-2.0
#include "tenant.h"

bool tenant_stamp_other_than(const struct tenant_stamp *stamp, struct span value)
{
	return stamp->n && !span_eq_nocase(stamp->value, value);
}

/*
 * The value of `key=` in a list of key=value parts set apart by semicolons; empty if it is not
 * there just once.
 */
static struct span part_of(struct span list, struct span key)
{
	struct span value = { NULL, 0 };
	unsigned int n = 0;

	while (list.len) {
		const char *semicolon = memchr(list.p, ';', list.len);
		size_t len = semicolon ? (size_t)(semicolon - list.p) : list.len;
		struct span part = span_trim(span_of(list.p, len));

		if (part.len > key.len && part.p[key.len] == '=' && span_starts_nocase(part, key)) {
			value = span_trim(span_after(part, key.len + 1));
			n++;
		}
		list = span_after(list, semicolon ? len + 1 : len);
	}
	return n == 1 ? value : span_of(NULL, 0);
}

static struct span whole_value(struct span value)
{
	return span_trim(value);
}

static struct span tenant_id_part(struct span value)
{
	return part_of(value, SPAN("TenantId"));
}

static struct tenant_stamp read_stamp(const struct header_index *headers, enum header_kind kind,
				      struct span (*value_of)(struct span))
{
	struct tenant_stamp stamp = { 0 };

	for (const struct header_field *f = header_index_first(headers, kind); f; f = f->next) {
		struct span value = value_of(f->value);

		if (stamp.n++ == 0)
			stamp.value = value;
		else if (!span_eq_nocase(value, stamp.value))
			stamp.differs = true;
	}
	return stamp;
}

/* Ip=[192.0.2.1], with or without the brackets, either family. */
static struct span ip_part(struct span value)
{
	struct span text = part_of(value, SPAN("Ip"));

	if (text.len >= 2 && text.p[0] == '[' && text.p[text.len - 1] == ']')
		text = span_of(text.p + 1, text.len - 2);
	return text;
}

static struct address read_connecting_ip(const struct header_index *headers)
{
	struct tenant_stamp stamp = read_stamp(headers, HEADER_ATTRIBUTED_TENANT, ip_part);
	struct address ip = { .family = ADDRESS_NONE };

	if (stamp.differs)
		return ip;
	if (address_parse('4', stamp.value, &ip) != PARSE_OK)
		address_parse('6', stamp.value, &ip);
	return ip;
}

static bool read_org(struct span value, domain_to_ascii *to_ascii, struct domain *out)
{
	enum parse_status status = PARSE_BAD;

	if (!value.len || value.p[value.len - 1] != '.')
		status = domain_parse_unicode(value, to_ascii, out);
	if (status != PARSE_OK)
		out->len = 0;
	return status != PARSE_FAILED;
}

bool tenant_stamps_read(const struct header_index *headers, domain_to_ascii *to_ascii,
			struct tenant_stamps *out)
{
	*out = (struct tenant_stamps){
		.id = read_stamp(headers, HEADER_TENANT_ID, whole_value),
		.originator_org = read_stamp(headers, HEADER_ORIGINATOR_ORG, whole_value),
		.attributed = read_stamp(headers, HEADER_ATTRIBUTED_TENANT, tenant_id_part),
		.auth_as = read_stamp(headers, HEADER_AUTH_AS, whole_value),
		.from_entity = read_stamp(headers, HEADER_FROM_ENTITY, whole_value),
		.connecting_ip = read_connecting_ip(headers),
	};
	return read_org(out->originator_org.value, to_ascii, &out->org);
}
