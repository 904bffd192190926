/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rewrite - what is changed in a message that is accepted?
 *
 * In every message that is taken, forged results that claim our authserv-id, trust fields, secret
 * headers and forged reasons are deleted, and, where that is asked for, a field is added that says
 * how it was judged: "verdict=accept reason=authorised tenant=contoso", with "would=reject" behind
 * the verdict if only POLICY_MONITOR prevented that, and without a tenant if there is none.  Only
 * an authorised one has its sender rewritten and gets a result of its own (with each DKIM signature
 * that we verified ourselves), and, where that is asked for, one in ExOTA-Milter's form.  Results
 * name From as it was judged, before its domain is rewritten.
 *
 * Address edits replace the domain inside the address and nothing else: display names, comments,
 * folds and the local part stay byte for byte.
 *
 * The plan and the text in it live in the message's arena.  Deletions come highest index first, so
 * that no deletion shifts a later one.
 */
#ifndef EXOGATE_REWRITE_H
#define EXOGATE_REWRITE_H

#include "arena.h"
#include "edit.h"
#include "facts.h"
#include "header_index.h"
#include "policy.h"
#include "verdict.h"

struct rewrite_input {
	const struct policy *policy;
	const struct facts *facts;
	const struct verdict *verdict; /* an acceptance, or to hold */
	const struct header_index *headers;
	/* Values carry the blank after the colon (MILTER_HEADER_LEADING_SPACE); so must new ones */
	bool leading_space;
};

struct rewrite_plan {
	const struct edit *edits;
	size_t n;
};

/*
 * False if the plan does not fit the arena, EDIT_VALUE_MAX or the policy's limit of edits: the
 * message must then be deferred.
 */
bool rewrite_plan(const struct rewrite_input *in, struct arena *arena, struct rewrite_plan *out);

#endif
