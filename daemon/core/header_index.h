/* SPDX-License-Identifier: Apache-2.0 */
/*
 * header_index - which fields does the message have, and where are those that matter?
 *
 * Fields are added in the order in which the milter delivers them (the MTA's own Received is
 * hidden) and stay where they were received: name and value are borrowed from the message's arena.
 * Each field is classified once, by name and without regard to case, so that every later question
 * is a walk over the few fields of one kind.  The bytes are hostile.
 */
#ifndef EXOGATE_HEADER_INDEX_H
#define EXOGATE_HEADER_INDEX_H

#include <stdint.h>

#include "arena.h"
#include "name_set.h"
#include "span.h"

/* More fields than this are refused, so that work over them stays bounded. */
#define HEADER_FIELDS_MAX 4096

/* Names: RFC 5322, RFC 8601; the X- fields are Exchange Online's. */
#define HEADER_KINDS(X)                                                     \
	X(HEADER_FROM, "From")                                              \
	X(HEADER_SENDER, "Sender")                                          \
	X(HEADER_RESENT_FROM, "Resent-From")                                \
	X(HEADER_MESSAGE_ID, "Message-ID")                                  \
	X(HEADER_AUTHENTICATION_RESULTS, "Authentication-Results")          \
	X(HEADER_DKIM_SIGNATURE, "DKIM-Signature")                          \
	X(HEADER_TENANT_ID, "X-MS-Exchange-CrossTenant-Id")                 \
	X(HEADER_ORIGINATOR_ORG, "X-OriginatorOrg")                         \
	X(HEADER_ATTRIBUTED_TENANT,                                         \
	  "X-MS-Exchange-CrossTenant-OriginalAttributedTenantConnectingIp") \
	X(HEADER_AUTH_AS, "X-MS-Exchange-CrossTenant-AuthAs")               \
	X(HEADER_FROM_ENTITY, "X-MS-Exchange-CrossTenant-FromEntityHeader") \
	X(HEADER_NETWORK_MESSAGE_ID, "X-MS-Exchange-CrossTenant-Network-Message-Id")

/*
 * Fields that no one outside may set, told by the beginning of their names: Exchange trusts them
 * only from itself, or behind ExOTA-Milter they are what it found.
 */
#define HEADER_TRUST_PREFIXES(X)          \
	X("X-MS-Exchange-Organization-")  \
	X("X-MS-Exchange-CrossPremises-") \
	X("X-ExOTA-Authentication-Results")

enum header_kind {
#define HEADER_KIND(kind, name) kind,
	HEADER_KINDS(HEADER_KIND)
#undef HEADER_KIND
	HEADER_TRUST, /* one of HEADER_TRUST_PREFIXES */
	HEADER_NAMED, /* one of the set that the operator chose */
	HEADER_OTHER,
	HEADER_N_KINDS,
};

struct header_field {
	struct span name;	       /* as spelled */
	struct span value;	       /* as delivered: folds as LF, leading blank kept */
	struct header_field *previous; /* of the same kind; NULL before the first */
	struct header_field *next;     /* of the same kind, in order; NULL after the last */
	uint32_t position;	       /* among all fields, from 0 */
	uint32_t index;	    /* from 1; of TRUST, NAMED: of its name; OTHER: 0; else of its kind */
	uint32_t name_hash; /* of the name in lower case; TRUST and NAMED only */
	enum header_kind kind;
};

struct header_index {
	struct header_field *first[HEADER_N_KINDS];
	struct header_field *last[HEADER_N_KINDS];
	uint32_t n_fields;
	const struct name_set *named;
};

/* The set of names is borrowed; NULL is none. */
void header_index_init(struct header_index *headers, const struct name_set *named);

/*
 * Adds a field; its record comes from the arena.  False when the arena or HEADER_FIELDS_MAX is
 * exhausted, and then nothing has changed.
 */
bool header_index_add(struct header_index *headers, struct arena *arena, struct span name,
		      struct span value);

static inline const struct header_field *header_index_first(const struct header_index *headers,
							    enum header_kind kind)
{
	return headers->first[kind];
}

static inline const struct header_field *header_index_last(const struct header_index *headers,
							   enum header_kind kind)
{
	return headers->last[kind];
}

#endif
