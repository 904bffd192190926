// SPDX-License-Identifier: Apache-2.0
#include "forwarding.h"

static enum proof_state weigh_proofs(const struct facts *facts, const struct policy_tenant *tenant,
				     const struct proofs *proofs)
{
	unsigned int wanted = facts_proofs_wanted(facts, tenant);

	if (proofs->stamp != PROOF_AGREES || proofs->secret == PROOF_CONFLICTS)
		return PROOF_ABSENT;
	if (proofs_suffice(proofs, tenant, wanted))
		return PROOF_AGREES;
	return proofs_may_suffice(proofs, tenant, wanted) ? PROOF_UNKNOWN : PROOF_ABSENT;
}

static bool resent_by(const struct policy *policy, const struct facts *facts,
		      const struct policy_tenant *tenant)
{
	return tenant->forwarding == POLICY_FORWARDING_RESENT_FROM &&
	       facts->resent_from_state == FACTS_FROM_ONE &&
	       policy_tenant_of(policy, domain_span(&facts->resent_from.domain)) == tenant;
}

static enum proof_state weigh_author(const struct policy *policy, const struct facts *facts,
				     const struct policy_tenant *tenant)
{
	if (facts_signed_by(facts, &facts->from.domain, true) || resent_by(policy, facts, tenant))
		return PROOF_AGREES;
	return facts_signed_by(facts, &facts->from.domain, false) ? PROOF_UNKNOWN : PROOF_ABSENT;
}

static bool was_received(const struct facts *facts, const struct policy_tenant *tenant)
{
	const struct tenant_stamp *from_entity = &facts->stamps.from_entity;

	return !tenant_stamp_other_than(from_entity, SPAN("Internet")) ||
	       !tenant_stamp_other_than(from_entity, SPAN("Hosted")) ||
	       facts_relay_listed(facts, tenant);
}

struct forwarding forwarding_weigh(const struct policy *policy, const struct facts *facts,
				   const struct policy_tenant *tenant)
{
	const struct proofs proofs = proofs_weigh(facts, policy, tenant);

	return (struct forwarding){
		.tenant = tenant,
		.proofs = proofs,
		.allowed = tenant->forwarding != POLICY_FORWARDING_REJECT,
		.envelope_belongs = facts_envelope_belongs(facts, policy, tenant),
		.received = was_received(facts, tenant),
		.proven = weigh_proofs(facts, tenant, &proofs),
		.vouched = weigh_author(policy, facts, tenant),
	};
}

/* Those that are known for certain. */
static bool may_forward(const struct forwarding *f)
{
	return f->allowed && f->envelope_belongs && f->received;
}

bool forwarding_met(const struct forwarding *f)
{
	return may_forward(f) && f->proven == PROOF_AGREES && f->vouched == PROOF_AGREES;
}

bool forwarding_may_be_met(const struct forwarding *f)
{
	return may_forward(f) && f->proven != PROOF_ABSENT && f->vouched != PROOF_ABSENT;
}
