/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_dkim - what a session has of dkim_check: who verifies, for whom, and the check under way.
 */
#ifndef EXOGATE_SESSION_DKIM_H
#define EXOGATE_SESSION_DKIM_H

#include "dkim_check.h"
#include "policy.h"

struct session_dkim {
	struct dkim_options options; /* crypto and now are set from outside; session_set_dkim() */
	const struct policy *policy;
	struct span from_domain; /* of the one From; empty if there is none */
	/* Whose signatures count: the tenant of From, or else who may forward; or NULL. */
	const struct policy_tenant *tenant;
	struct dkim_check *check; /* NULL: none is under way */
};

/*
 * Begins the check; false where dkim_check_begin() has NULL.  The domain is that of the one From,
 * or empty; the fields are the message's, all of them.
 */
bool session_dkim_begin(struct session_dkim *dkim, const struct policy *policy,
			const struct domain *from, const struct header_index *headers,
			struct arena *arena);

/* Gives up the check, if there is one. */
void session_dkim_abandon(struct session_dkim *dkim);

/* To whom the key of session_key_name(..., i, ...) matters. */
static inline enum dkim_care session_dkim_care(const struct session_dkim *dkim, size_t i)
{
	return dkim_check_care(dkim->check, i);
}

/* Whether it is under way and an answer outstanding. */
static inline bool session_dkim_waits(const struct session_dkim *dkim)
{
	return dkim->check && dkim_check_waits(dkim->check);
}

#endif
