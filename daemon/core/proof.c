// SPDX-License-Identifier: Apache-2.0
#include "proof.h"

static enum proof_state weigh_stamp(const struct tenant_stamp *stamp,
				    const struct policy_span_list *names)
{
	if (stamp->n == 0)
		return PROOF_ABSENT;
	if (stamp->differs || !policy_lists(names, stamp->value))
		return PROOF_CONFLICTS;
	return PROOF_AGREES;
}

static enum proof_state weigh_stamps(const struct tenant_stamps *stamps,
				     const struct policy_tenant *tenant)
{
	const enum proof_state states[] = {
		weigh_stamp(&stamps->id, &tenant->ids),
		weigh_stamp(&stamps->originator_org, &tenant->originator_orgs),
		weigh_stamp(&stamps->attributed, &tenant->ids),
	};
	enum proof_state whole = PROOF_ABSENT;

	if (stamps->auth_as.differs || stamps->from_entity.differs)
		return PROOF_CONFLICTS;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (states[i] == PROOF_CONFLICTS)
			return PROOF_CONFLICTS;
		if (states[i] == PROOF_AGREES)
			whole = PROOF_AGREES;
	}
	return whole;
}

static enum proof_state weigh_signatures(const struct facts *facts,
					 const struct policy_tenant *tenant)
{
	enum proof_state state = PROOF_ABSENT;

	for (size_t i = 0; i < facts->n_signatures; i++) {
		const struct facts_signature *signature = &facts->signatures[i];

		if (!policy_lists(&tenant->dkim_domains, domain_span(&signature->domain)))
			continue;
		if (signature->passed)
			return PROOF_AGREES;
		state = PROOF_UNKNOWN;
	}
	return state;
}

struct proofs proofs_weigh(const struct facts *facts, const struct policy_tenant *tenant)
{
	return (struct proofs){
		.stamp = weigh_stamps(&facts->stamps, tenant),
		.signature = weigh_signatures(facts, tenant),
	};
}

unsigned int proofs_count(const struct proofs *proofs)
{
	return (proofs->stamp == PROOF_AGREES) + (proofs->signature == PROOF_AGREES);
}

unsigned int proofs_count_possible(const struct proofs *proofs)
{
	return proofs_count(proofs) + (proofs->signature == PROOF_UNKNOWN);
}
