/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explanation - one message judged by the session that the daemon judges by, with all that it saw.
 *
 * The session is told what an MTA that offers everything would tell it of the message in these
 * circumstances; its limits are those of the settings.  Printed by explain_text.h and
 * explain_json.h.
 */
#ifndef EXOGATE_EXPLANATION_H
#define EXOGATE_EXPLANATION_H

#include "circumstances.h"
#include "forwarding.h"
#include "milter_answer.h"
#include "settings.h"

/* Who verifies signatures, and has the key records. */
struct explanation_verifier {
	const struct dkim_crypto *crypto;
	uint64_t now; /* seconds since 1970 */
	/* Valid until the next call. */
	const struct dns_answer *(*find_key)(void *keys, struct span name);
	void *keys;
};

struct explanation {
	const struct policy *policy;
	const struct message_file *message;
	const struct circumstances *circumstances;
	const struct explanation_verifier *verifier;
	struct session session;
	struct session_answer answer; /* answer.facts NULL: beyond a limit, so that it has none */
	uint64_t holding;	      /* verdict_trace(), of facts */
	/*
	 * Of REASON_TENANT_UNKNOWN: of the tenant whose stamps it has, if that is one alone.  Also
	 * of one that does not forward, which the policy cannot tell.
	 */
	struct forwarding forwarding;
	struct span reply;	 /* as the client gets it: code and text */
	struct span would_reply; /* what it were without the mode monitor; empty: the same */
	char reply_bytes[MILTER_ANSWER_REFUSAL_BYTES];
	char would_bytes[MILTER_ANSWER_REFUSAL_BYTES];
	char *arena_bytes;
	struct arena arena;
};

/* Borrows all; the caller frees with explanation_free().  False for want of memory. */
bool explanation_make(const struct settings *settings, const struct message_file *message,
		      const struct circumstances *circumstances,
		      const struct explanation_verifier *verifier, struct explanation *out);
void explanation_free(struct explanation *explanation);

/* Where the field begins in the file. */
size_t explanation_line(const struct explanation *explanation, const struct header_field *field);

/* The mode that the message is judged in: of From's tenant, or else of all. */
enum policy_mode explanation_mode(const struct explanation *explanation);

/* What was verified natively of the field; NULL: it was not tried. */
const struct dkim_signature *explanation_signature(const struct explanation *explanation,
						   const struct header_field *field);

/* Whose mail it is judged as: the verdict's tenant, or else who seems to forward it; or NULL. */
const struct policy_tenant *explanation_tenant(const struct explanation *explanation);

/* Its proofs. */
const struct proofs *explanation_proofs(const struct explanation *explanation);

/* What each stamp says of that tenant; absent without one. */
struct proof_stamps explanation_stamps(const struct explanation *explanation);

/*
 * The next field after this one (NULL: the first) of the secret header of that tenant; NULL:
 * there is none.  Its value is not to be shown.
 */
const struct header_field *explanation_secret(const struct explanation *explanation,
					      const struct header_field *after);

#endif
