/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict - may this message be relayed?
 *
 * One ordered table of (predicate, decision, reason): the first row whose predicate holds decides,
 * and the last row always holds.  The order is the policy.  Rows that need what exogate does not
 * know yet (a directory, DNS, forwarding, secret headers) come with it.
 *
 * POLICY_MONITOR turns a refusal for good into acceptance and leaves a temporary one alone: what
 * could not be judged is never accepted.  What is accepted so is neither rewritten nor given a
 * result, but forged results are stripped from it as from all mail (rewrite.h).
 */
#ifndef EXOGATE_VERDICT_H
#define EXOGATE_VERDICT_H

#include "facts.h"
#include "policy.h"
#include "proof.h"
#include "reason.h"

enum verdict_decision {
	VERDICT_ACCEPT,
	VERDICT_REJECT,	  /* 550 5.7.1 */
	VERDICT_TEMPFAIL, /* 451 4.7.1 */
};

struct verdict {
	enum verdict_decision decision;
	enum reason reason;
	bool would_reject;		    /* accepted only because of POLICY_MONITOR */
	const struct policy_tenant *tenant; /* of From's domain; NULL if there is none */
	struct proofs proofs;		    /* of that tenant */
};

/* Judges; called from one place, once a message. */
struct verdict verdict_decide(const struct policy *policy, const struct facts *facts);

#endif
