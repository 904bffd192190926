/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authres - what does an Authentication-Results field say, and does it claim to be ours?
 *
 * Two questions with two attitudes (RFC 8601):
 *  - authres_parse() is strict (section 2.2): a field that is not fully understood says nothing;
 *  - authres_claims() is for stripping forgeries (section 5) and errs on the side of stripping:
 *    every spelling that some reader might take for one of our authserv-ids.
 * The bytes are hostile.  Spans point into the value and live as long as it does; nothing is
 * allocated; linear time; comments nest up to AUTHRES_COMMENT_DEPTH, deeper is PARSE_BAD.  What the
 * methods, results and properties mean, and whether a version is known, is for the caller.
 */
#ifndef EXOGATE_AUTHRES_H
#define EXOGATE_AUTHRES_H

#include <stdbool.h>

#include "cfws.h"
#include "parse.h"
#include "span.h"

#define AUTHRES_COMMENT_DEPTH  CFWS_COMMENT_DEPTH
#define AUTHRES_VERSION_DIGITS 9 /* a longer version is PARSE_BAD */

struct authres_property {
	struct span ptype;
	struct span property;
	struct span value; /* quotes stripped, escapes and folds in them left in place */
};

struct authres_result {
	struct span method;
	unsigned int method_version; /* 1 unless given */
	struct span result;
	struct span reason; /* empty unless given; quotes as above */
};

/* The strict reader's cursor. */
struct authres {
	struct span authserv_id; /* quotes as above */
	unsigned int version;	 /* 1 unless given */
	struct span rest;	 /* private */
};

/*
 * Checks the whole value, and on PARSE_OK sets *out before its first result.  PARSE_BAD: not a
 * valid Authentication-Results value, whole; nothing in it may be used.
 */
enum parse_status authres_parse(struct span value, struct authres *out);

/* The next result of a valid field; false after the last one ("none" has no result). */
bool authres_next_result(struct authres *authres, struct authres_result *out);

/* The next property of the result last returned; false after its last one. */
bool authres_next_property(struct authres *authres, struct authres_property *out);

/*
 * True if the value must be stripped when it comes from outside: its authserv-id, after comments,
 * folding and quotes are undone and without regard to case, is id (either may have a trailing dot);
 * or somebody might take it for that.  A value that clearly names another server is kept, even if
 * our id stands elsewhere in it; clearly is: one ASCII host name, quoted or not, then at most a
 * version and comments, then a semicolon or the end.  Without any authserv-id ("spf=pass ...") it
 * is kept unless id stands anywhere in it; of all others, what is plain ASCII without quotes is
 * kept unless it begins with the semicolon, or id stands anywhere in it, blanks and comments left
 * in or taken out.  Linear in value.len for a given id.
 */
bool authres_claims(struct span value, struct span id);

#endif
