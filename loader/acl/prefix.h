/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prefix - address prefixes: text to bytes and back, and sets that answer "who lists this address?"
 *
 * Text may be hostile: it need not end in NUL, and nothing beyond its length is read.  Nothing is
 * allocated and nothing is read but the arguments; outputs are untouched on error.
 *
 * IPv4 inside IPv6 (::ffff:a.b.c.d, RFC 4291 2.5.5.2) is IPv4 here, in text and in look-ups, so
 * that an address has one spelling.
 */
#ifndef EXOGATE_PREFIX_H
#define EXOGATE_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whose list a prefix is from.  Where lists overlap, the one named first here decides. */
enum prefix_source {
	PREFIX_MICROSOFT = 1,
	PREFIX_OPERATOR,
	PREFIX_RELAY_POOL,
	PREFIX_RELAY_POOL_OFF, /* the same addresses, listed only to tell them from others */
	PREFIX_SOURCE_N,
};

struct prefix {
	uint8_t family;	  /* 4 or 6 */
	uint8_t length;	  /* bits */
	uint8_t source;	  /* enum prefix_source */
	uint8_t addr[16]; /* network order, IPv4 in the first four; bits beyond length are zero */
};

enum {
	PREFIX_OK = 0,
	PREFIX_EADDRESS = -1, /* not an IPv4 or IPv6 address */
	PREFIX_ELENGTH = -2,  /* the length is not a decimal number, or too large */
	PREFIX_EHOST = -3,    /* bits are set beyond the length */
};

/* Room for any prefix as text, with its NUL. */
#define PREFIX_TEXT_SIZE sizeof("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128")

/*
 * Reads ADDRESS/LENGTH, or ADDRESS alone as the prefix of that one host: PREFIX_OK or a negative
 * PREFIX_E.  No blanks, no zone.  Sets out->source to PREFIX_MICROSOFT: the caller knows better.
 */
int prefix_parse(const char *text, size_t len, struct prefix *out);

/* What a negative PREFIX_E means, as a phrase for a message. */
const char *prefix_error(int error);

/* Writes ADDRESS/LENGTH in canonical form (RFC 5952) to PREFIX_TEXT_SIZE bytes; returns them. */
const char *prefix_format(const struct prefix *prefix, char text[PREFIX_TEXT_SIZE]);

/* The shortest lengths that an operator may list. */
#define PREFIX_OPERATOR_MIN4 8
#define PREFIX_OPERATOR_MIN6 16

/* Is it shorter than those?  A few such prefixes would admit most of the Internet. */
bool prefix_too_wide(const struct prefix *prefix);

/* Is every address of inner in outer?  Sources are not looked at. */
int prefix_contains(const struct prefix *outer, const struct prefix *inner);

struct prefix_set {
	struct prefix *items; /* the caller's memory */
	size_t n;
};

/*
 * Sorts the set by source, family and address, and drops every prefix that one of the same or an
 * earlier source contains: what is left answers every look-up as before, and a longest-prefix
 * match over it agrees with prefix_set_find().  Adjacent prefixes are not joined.  O(n log n).
 */
void prefix_set_normalise(struct prefix_set *set);

/*
 * The prefix of the earliest source that contains the address, NULL if none does.  The set must
 * be normalised; addr has 4 or 16 bytes by family, network order.  O(log n).
 */
const struct prefix *prefix_set_find(const struct prefix_set *set, uint8_t family,
				     const uint8_t *addr);

#endif
