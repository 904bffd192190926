/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dkim_tag - a list of tags, "v=1; a=rsa-sha256; ...", as RFC 6376 3.2 has it.
 *
 * Signatures and key records are such lists.  The bytes are hostile; spans point into the list and
 * live as long as it does.  A fold is LF or CR LF with a blank after it, since a milter delivers
 * either.  Octets from 128 up count as text (RFC 8616 5, RFC 6532).  What a tag means is for the
 * caller; tags that nobody knows are to be ignored.
 */
#ifndef EXOGATE_DKIM_TAG_H
#define EXOGATE_DKIM_TAG_H

#include "parse.h"
#include "span.h"

/* More tags than this are refused, so that looking for one twice there stays bounded. */
#define DKIM_TAGS_MAX 32

struct dkim_tag {
	struct span name;
	struct span value; /* blanks and folds only inside; empty if there is nothing */
};

struct dkim_tags {
	struct dkim_tag items[DKIM_TAGS_MAX];
	size_t n;
};

/*
 * Reads the whole list; a semicolon may end it, and nothing at all is a list of no tags.  PARSE_BAD
 * for anything else that is no tag-list, among it a name that is there twice, in the same case
 * (3.2: then all of it is invalid), and more than DKIM_TAGS_MAX tags; *out is undefined then.
 */
enum parse_status dkim_tags_parse(struct span list, struct dkim_tags *out);

/* The value of the tag, or a span whose p is NULL.  Names are compared with case. */
struct span dkim_tags_find(const struct dkim_tags *tags, struct span name);

/*
 * Takes the next item of a value that is a list with colons ("a:b : c"), without the blanks around
 * it; false when there is none left.  An item may be empty.  Start with *rest as the value; its p
 * is NULL after the last item.
 */
bool dkim_tag_next_item(struct span *rest, struct span *item);

/* Whether the item is among those of the list. */
bool dkim_tag_lists(struct span list, struct span item);

#endif
