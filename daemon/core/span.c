// SPDX-License-Identifier: Apache-2.0
#include "span.h"

#define EACH_BYTE(value) ((uint64_t)(value)*0x0101010101010101u)

static uint64_t word_at(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/*
 * Eight bytes with ASCII letters in lower case.  The top bit of each byte's sum says whether its
 * low seven bits reach 'A', or are beyond 'Z'; no sum carries into the next byte.
 */
static uint64_t lower_word(uint64_t word)
{
	uint64_t low = word & EACH_BYTE(0x7f);
	uint64_t from_a = low + EACH_BYTE(0x80 - 'A');
	uint64_t beyond_z = low + EACH_BYTE(0x7f - 'Z');
	uint64_t upper = from_a & ~beyond_z & ~word & EACH_BYTE(0x80);

	return word | upper >> 2;
}

/* Most names are spelled as we spell them: then eight bytes are one comparison. */
static bool words_eq_nocase(uint64_t a, uint64_t b)
{
	return a == b || lower_word(a) == lower_word(b);
}

bool span_bytes_eq_nocase(const char *a, const char *b, size_t len)
{
	for (; len >= sizeof(uint64_t); len -= sizeof(uint64_t)) {
		if (!words_eq_nocase(word_at(a), word_at(b)))
			return false;
		a += sizeof(uint64_t);
		b += sizeof(uint64_t);
	}
	for (size_t i = 0; i < len; i++)
		if (span_lower(a[i]) != span_lower(b[i]))
			return false;
	return true;
}

bool span_eq_secret(struct span a, struct span b)
{
	volatile unsigned char differing = 0; /* so that no compiler ends the loop early */

	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		differing = (unsigned char)(differing | (a.p[i] ^ b.p[i]));
	return !differing;
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
