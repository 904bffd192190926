/* SPDX-License-Identifier: Apache-2.0 */
/*
 * span - a borrowed range of bytes.
 *
 * A span never owns what it points to and is not NUL-terminated; whoever hands one out says how
 * long the bytes live.  The bytes may be hostile: any value, NUL included.  len is in bytes.
 * Case is folded for ASCII letters only, never by locale, so that no byte sequence outside ASCII
 * can come to equal a name (RFC 5321 2.4, RFC 4343).
 */
#ifndef EXOGATE_SPAN_H
#define EXOGATE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const char *p;
	size_t len;
};

/* A span over a string literal, its NUL not counted. */
#define SPAN(literal) ((struct span){ (literal), sizeof(literal) - 1 })

static inline struct span span_of(const char *p, size_t len)
{
	return (struct span){ p, len };
}

static inline struct span span_of_string(const char *s)
{
	return (struct span){ s, strlen(s) };
}

/* What is left of s after its first n bytes; n must not exceed s.len. */
static inline struct span span_after(struct span s, size_t n)
{
	return (struct span){ s.p + n, s.len - n };
}

static inline bool span_eq(struct span a, struct span b)
{
	return a.len == b.len && (!a.len || !memcmp(a.p, b.p, a.len));
}

static inline char span_lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c | 0x20);
	return c;
}

/* Blank of RFC 5322 FWS as the milter delivers it: space, tab, and the LF (or CR LF) of a fold. */
static inline bool span_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Whether the len bytes at a and b are equal but for the case of ASCII letters. */
bool span_bytes_eq_nocase(const char *a, const char *b, size_t len);

/*
 * Begins with prefix, but for the case of ASCII letters.  The last byte is compared first: names of
 * fields and domains are alike in how they begin.
 */
static inline bool span_starts_nocase(struct span s, struct span prefix)
{
	size_t last = prefix.len - 1;

	if (s.len < prefix.len)
		return false;
	return prefix.len == 0 || (span_lower(s.p[last]) == span_lower(prefix.p[last]) &&
				   span_bytes_eq_nocase(s.p, prefix.p, last));
}

/* Equal but for the case of ASCII letters. */
static inline bool span_eq_nocase(struct span a, struct span b)
{
	return a.len == b.len && span_starts_nocase(a, b);
}

/* Equal, in a time that depends on nothing but the two lengths: for comparing with a secret. */
bool span_eq_secret(struct span a, struct span b);

/*
 * FNV-1a over s with ASCII letters in lower case, so that spans equal but for case hash alike.
 * Unkeyed: whoever chooses the bytes can choose collisions.
 */
uint64_t span_hash_nocase(struct span s, uint64_t seed);

/* Without the blanks at both ends. */
struct span span_trim(struct span s);

/*
 * Copies s with ASCII letters in lower case to out, which holds s.len bytes; no NUL is added.
 */
void span_copy_lower(struct span s, char *out);

#endif
