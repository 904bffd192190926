/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forwarding - has a tenant forwarded this message, whose From is somebody else's?
 *
 * Without a tenant of From's domain, the one that has stamped the message may have forwarded it.
 * Each condition is weighed alone, so that who explains a refusal can say which is not met.
 */
#ifndef EXOGATE_FORWARDING_H
#define EXOGATE_FORWARDING_H

#include "facts.h"
#include "policy.h"
#include "proof.h"

/* All zero: nobody has. */
struct forwarding {
	const struct policy_tenant *tenant; /* who may have; or NULL */
	struct proofs proofs;		    /* of the tenant */
	bool allowed;			    /* by its POLICY_FORWARDING */
	bool envelope_belongs;		    /* facts_envelope_belongs(): there is no SRS */
	/*
	 * It came to a mailbox of the tenant's: by FromEntityHeader from the Internet or from
	 * within, if that is told.  What a server had the tenant send (HybridOnPrem), nobody has
	 * forwarded; unless the tenant lists the server.
	 */
	bool received;
	/*
	 * Agrees when the tenant's proofs do as for its own mail, among them its stamp, and none
	 * conflicts.
	 */
	enum proof_state proven;
	/*
	 * Agrees when a signature of From's domain passed, or where the tenant says so, the one
	 * Resent-From is the tenant's.
	 */
	enum proof_state vouched;
};

/* Both states are absent if the condition is not met, unknown if it might be; never conflict. */
struct forwarding forwarding_weigh(const struct policy *policy, const struct facts *facts,
				   const struct policy_tenant *tenant);

/* Whether all conditions are met. */
bool forwarding_met(const struct forwarding *forwarding);

/* Whether they are, or might be once what is unknown is known. */
bool forwarding_may_be_met(const struct forwarding *forwarding);

#endif
