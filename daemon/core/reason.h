/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reason - why a message was answered as it was: an enum inside, a word and a sentence at the edge.
 *
 * The word stands in replies, logs and metrics, is stable, and is what users search for.  The
 * sentence is the text of the SMTP reply; it holds no '%' (Postfix would expand it) and no line
 * break.
 */
#ifndef EXOGATE_REASON_H
#define EXOGATE_REASON_H

#include "span.h"

#define REASONS(X)                                                                               \
	X(REASON_ROLE, "role", "Mail to a role address")                                         \
	X(REASON_CLIENT_UNLISTED, "client-unlisted",                                             \
	  "Client presents a trusted certificate from an address that is not listed")            \
	X(REASON_CLIENT_OTHER, "client-other", "Client address may not relay here")              \
	X(REASON_FROM_MISSING, "from-missing", "Message has no From field")                      \
	X(REASON_FROM_MULTIPLE, "from-multiple", "Message has more than one From address")       \
	X(REASON_FROM_MALFORMED, "from-malformed", "From field is malformed")                    \
	X(REASON_INBOUND, "inbound", "Mail to a hosted domain")                                  \
	X(REASON_CERT_MISSING, "cert-missing", "No verified client certificate")                 \
	X(REASON_CERT_UNTRUSTED, "cert-untrusted", "Client certificate name is not trusted")     \
	X(REASON_FORWARDED, "forwarded", "Forwarded by a tenant")                                \
	X(REASON_TENANT_UNKNOWN, "tenant-unknown", "No tenant here may use this From domain")    \
	X(REASON_INBOUND_OWN, "inbound-own", "A tenant's own mail, coming back")                 \
	X(REASON_TENANT_CONFLICT, "tenant-conflict",                                             \
	  "Another tenant may not use this From domain")                                         \
	X(REASON_ENVELOPE_FOREIGN, "envelope-foreign", "Envelope sender is not the tenant's")    \
	X(REASON_SENDER_FOREIGN, "sender-foreign", "Sender field is not the tenant's to use")    \
	X(REASON_RELAYED_THROUGH, "relayed-through", "Relayed through the tenant by a stranger") \
	X(REASON_TEMPERROR, "temperror", "Could not be verified for now")                        \
	X(REASON_PROOF_MISSING, "proof-missing", "Not proven to come from the tenant")           \
	X(REASON_AUTHORISED, "authorised", "Authorised")                                         \
	X(REASON_LIMIT, "limit", "Message exceeds a limit")                                      \
	X(REASON_RATE_LIMIT, "rate-limit", "Tenant sends more than it may for now")              \
	X(REASON_BUSY, "busy", "Too many messages at once")                                      \
	X(REASON_INTERNAL, "internal", "Internal error")                                         \
	X(REASON_EDITS_REFUSED, "edits-refused", "The mail server allows no edits")

enum reason {
#define REASON_ENUM(reason, word, text) reason,
	REASONS(REASON_ENUM)
#undef REASON_ENUM
	REASON_N,
};

struct span reason_word(enum reason reason);
struct span reason_text(enum reason reason);

#endif
