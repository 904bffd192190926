/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict - may this message be relayed?
 *
 * One ordered table of (predicate, decision, reason, when): the first row whose predicate holds
 * decides, and the last row always holds.  The order is the policy; "when" says in words what the
 * predicate asks, and exogated(8) is made from it (`make man`).  Rows that need what exogate does
 * not know yet (a directory, SRS) come with it.
 *
 * POLICY_REFUSAL_HOLD of From's tenant turns a refusal for good into VERDICT_HOLD.
 * POLICY_MONITOR turns a refusal for good into acceptance and leaves a temporary one alone: what
 * could not be judged is never accepted.  What is accepted so is neither rewritten nor given a
 * positive result, but forged results are stripped from it as from all mail (rewrite.h).
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
	VERDICT_HOLD,	  /* taken, and kept in the mail server's quarantine */
};

/* Of verdict.rule: what became of the message was not decided by the table. */
#define VERDICT_NO_RULE SIZE_MAX

/* Whether the mail server takes the message, so that what is forged must be stripped from it. */
static inline bool verdict_takes(enum verdict_decision decision)
{
	return decision == VERDICT_ACCEPT || decision == VERDICT_HOLD;
}

struct verdict {
	size_t rule; /* that decided, for verdict_rule(); or VERDICT_NO_RULE */
	enum verdict_decision decision;
	enum reason reason;
	bool would_reject;		    /* accepted only because of POLICY_MONITOR */
	const struct policy_tenant *tenant; /* of From's domain, or who forwards; or NULL */
	struct proofs proofs;		    /* of that tenant */
};

/* "accept", "reject", "tempfail" or "hold"; NUL follows. */
struct span verdict_decision_word(enum verdict_decision decision);

/* Judges; called from one place, once a message. */
struct verdict verdict_decide(const struct policy *policy, const struct facts *facts);

/* --- the table itself, for those who explain it ----------------------------------------------- */

#define VERDICT_RULES_MAX 64

/* A row of the table as it can be told. */
struct verdict_rule {
	enum verdict_decision decision; /* in POLICY_ENFORCE */
	enum reason reason;		/* several rows may have the same */
	const char *when;		/* what must hold, as the rest of a sentence */
};

size_t verdict_n_rules(void);

/* The i-th from 0 in the order of the table; i is below verdict_n_rules(). */
struct verdict_rule verdict_rule(size_t i);

/*
 * Which predicates hold: bit i is that of rule i, whether or not an earlier one decides.  The
 * lowest bit is the rule that verdict_decide() takes.
 */
uint64_t verdict_trace(const struct policy *policy, const struct facts *facts);

#endif
