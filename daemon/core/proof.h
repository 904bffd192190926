/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof - what do the facts say for and against the message being this tenant's?
 *
 * Three proofs; each weighs one kind of evidence, independent of the others.  Two fields that
 * Microsoft stamps are one proof, not two.  Client address and certificate are gates (verdict.h),
 * never proofs: all tenants share them.
 */
#ifndef EXOGATE_PROOF_H
#define EXOGATE_PROOF_H

#include "facts.h"
#include "policy.h"

enum proof_state {
	PROOF_ABSENT,
	PROOF_AGREES,
	PROOF_CONFLICTS,
	PROOF_UNKNOWN, /* for now: a lost dependency, not evidence */
	PROOF_FAILED,  /* a signature that did not verify: worth as much as none */
};

struct proofs {
	/*
	 * Agrees when at least one of CrossTenant-Id, OriginatorOrg and attributed TenantId names
	 * the tenant and none names anything else.  Conflicts when one of them does, or when one
	 * of them, AuthAs or FromEntityHeader is repeated with different values.  Ids are not
	 * looked at if the tenant's are not known (POLICY_UNKNOWN_IDS_IGNORE).
	 */
	enum proof_state stamp;
	/*
	 * Agrees when a signature of one of the tenant's dkim_domains verified.  Never conflicts: a
	 * stranger's signature says nothing.  Failed if all that there are of the tenant's failed,
	 * where we verify them ourselves; absent otherwise.
	 */
	enum proof_state signature;
	/*
	 * Agrees when the tenant's secret header is there once, with one of its values.  Conflicts
	 * when it is there with another value, or repeated.
	 */
	enum proof_state secret;
};

/* What the three stamps of proofs.stamp say, each alone. */
struct proof_stamps {
	enum proof_state id;
	enum proof_state originator_org;
	enum proof_state attributed;
};

struct proof_stamps proof_stamps_weigh(const struct tenant_stamps *stamps,
				       const struct policy *policy,
				       const struct policy_tenant *tenant);

struct proofs proofs_weigh(const struct facts *facts, const struct policy *policy,
			   const struct policy_tenant *tenant);

/* Whether so many of them agree, and among them those that the tenant requires. */
bool proofs_suffice(const struct proofs *proofs, const struct policy_tenant *tenant,
		    unsigned int wanted);

/* Whether they might once what is unknown is known. */
bool proofs_may_suffice(const struct proofs *proofs, const struct policy_tenant *tenant,
			unsigned int wanted);

#endif
