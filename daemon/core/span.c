// SPDX-License-Identifier: Apache-2.0
#include "span.h"

bool span_bytes_eq_nocase(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (span_lower(a[i]) != span_lower(b[i]))
			return false;
	return true;
}

uint64_t span_hash_nocase(struct span s, uint64_t seed)
{
	uint64_t hash = 14695981039346656037u ^ seed;

	for (size_t i = 0; i < s.len; i++)
		hash = (hash ^ (unsigned char)span_lower(s.p[i])) * 1099511628211u;
	return hash ^ hash >> 32;
}

struct span span_trim(struct span s)
{
	while (s.len && span_is_blank(s.p[0]))
		s = span_after(s, 1);
	while (s.len && span_is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

void span_copy_lower(struct span s, char *out)
{
	for (size_t i = 0; i < s.len; i++)
		out[i] = span_lower(s.p[i]);
}
