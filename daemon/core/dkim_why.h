/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dkim_why - what became of a signature, and why: one table of both.
 *
 * Each reason belongs to one result of RFC 8601 2.7.1.  "policy" is what RFC 6376 would let pass or
 * be judged, and a later rule or our own limits do not.
 */
#ifndef EXOGATE_DKIM_WHY_H
#define EXOGATE_DKIM_WHY_H

#include "span.h"

#define DKIM_RESULTS(X)                \
	X(DKIM_NONE, "none")           \
	X(DKIM_PASS, "pass")           \
	X(DKIM_FAIL, "fail")           \
	X(DKIM_POLICY, "policy")       \
	X(DKIM_NEUTRAL, "neutral")     \
	X(DKIM_TEMPERROR, "temperror") \
	X(DKIM_PERMERROR, "permerror")

/* The reason, its result, its word. */
#define DKIM_WHYS(X)                                                                   \
	X(DKIM_WHY_NOT_TRIED, DKIM_NONE, "not-tried") /* one of more than are tried */ \
	X(DKIM_WHY_VERIFIED, DKIM_PASS, "verified")                                    \
	X(DKIM_WHY_BODY_HASH, DKIM_FAIL, "body-hash-differs")                          \
	X(DKIM_WHY_SIGNATURE, DKIM_FAIL, "signature-wrong")                            \
	/* the signature field, RFC 6376 3.5 and 6.1.1 */                              \
	X(DKIM_WHY_TAG_LIST, DKIM_PERMERROR, "tag-list-malformed")                     \
	X(DKIM_WHY_TAG_MISSING, DKIM_PERMERROR, "tag-missing")                         \
	X(DKIM_WHY_VERSION, DKIM_PERMERROR, "version-unknown")                         \
	X(DKIM_WHY_ALGORITHM, DKIM_PERMERROR, "algorithm-unknown")                     \
	X(DKIM_WHY_CANONICALISATION, DKIM_PERMERROR, "canonicalisation-unknown")       \
	X(DKIM_WHY_QUERY, DKIM_PERMERROR, "query-unknown")                             \
	X(DKIM_WHY_DOMAIN, DKIM_PERMERROR, "d-malformed")                              \
	X(DKIM_WHY_SELECTOR, DKIM_PERMERROR, "s-malformed")                            \
	X(DKIM_WHY_IDENTITY, DKIM_PERMERROR, "i-outside-d")                            \
	X(DKIM_WHY_HEADERS, DKIM_PERMERROR, "h-malformed")                             \
	X(DKIM_WHY_FROM_UNSIGNED, DKIM_PERMERROR, "from-unsigned")                     \
	X(DKIM_WHY_SIGNATURE_DATA, DKIM_PERMERROR, "b-malformed")                      \
	X(DKIM_WHY_BODY_HASH_DATA, DKIM_PERMERROR, "bh-malformed")                     \
	X(DKIM_WHY_BODY_LENGTH, DKIM_PERMERROR, "l-malformed")                         \
	X(DKIM_WHY_TIMESTAMP, DKIM_PERMERROR, "t-malformed")                           \
	X(DKIM_WHY_EXPIRATION, DKIM_PERMERROR, "x-malformed") /* or not after t= */    \
	X(DKIM_WHY_EXPIRED, DKIM_PERMERROR, "expired")                                 \
	X(DKIM_WHY_FUTURE, DKIM_POLICY, "from-the-future")                             \
	X(DKIM_WHY_BODY_SHORT, DKIM_PERMERROR, "body-shorter-than-l")                  \
	/* the key record, RFC 6376 3.6.1 and 6.1.2 */                                 \
	X(DKIM_WHY_KEY_ABSENT, DKIM_PERMERROR, "key-absent")                           \
	X(DKIM_WHY_KEY_UNAVAILABLE, DKIM_TEMPERROR, "key-unavailable")                 \
	X(DKIM_WHY_KEY_UNREADABLE, DKIM_PERMERROR, "key-unreadable")                   \
	X(DKIM_WHY_KEY_MALFORMED, DKIM_PERMERROR, "key-malformed")                     \
	X(DKIM_WHY_KEY_VERSION, DKIM_PERMERROR, "key-version-unknown")                 \
	X(DKIM_WHY_KEY_REVOKED, DKIM_PERMERROR, "key-revoked")                         \
	X(DKIM_WHY_KEY_TYPE, DKIM_PERMERROR, "key-type-differs")                       \
	X(DKIM_WHY_KEY_HASH, DKIM_PERMERROR, "key-forbids-hash")                       \
	X(DKIM_WHY_KEY_SERVICE, DKIM_PERMERROR, "key-not-for-email")                   \
	X(DKIM_WHY_KEY_SUBDOMAIN, DKIM_PERMERROR, "key-forbids-subdomain")             \
	X(DKIM_WHY_KEY_UNUSABLE, DKIM_PERMERROR, "key-unusable")                       \
	/* RFC 8301 3, and limits of ours */                                           \
	X(DKIM_WHY_SHA1, DKIM_POLICY, "sha1")                                          \
	X(DKIM_WHY_KEY_SHORT, DKIM_POLICY, "key-too-short")                            \
	X(DKIM_WHY_KEY_LONG, DKIM_POLICY, "key-too-long")                              \
	X(DKIM_WHY_COMPLEX, DKIM_POLICY, "too-complex")                                \
	X(DKIM_WHY_INTERNAL, DKIM_TEMPERROR, "internal-error")

enum dkim_result {
#define DKIM_RESULT(result, word) result,
	DKIM_RESULTS(DKIM_RESULT)
#undef DKIM_RESULT
};

enum dkim_why {
#define DKIM_WHY(why, result, word) why,
	DKIM_WHYS(DKIM_WHY)
#undef DKIM_WHY
};

enum dkim_result dkim_why_result(enum dkim_why why);

/* Words of the log and of explain. */
struct span dkim_why_word(enum dkim_why why);
struct span dkim_result_word(enum dkim_result result);

#endif
