// SPDX-License-Identifier: Apache-2.0
#include "proof.h"

#include "policy_stamp.h"

static enum proof_state weigh_org(const struct tenant_stamps *stamps, const struct policy *policy,
				  const struct policy_tenant *tenant)
{
	if (stamps->originator_org.n == 0)
		return PROOF_ABSENT;
	if (stamps->originator_org.differs || !stamps->org.len)
		return PROOF_CONFLICTS;
	return policy_is_org(policy, tenant, domain_span(&stamps->org)) ? PROOF_AGREES :
									  PROOF_CONFLICTS;
}

static enum proof_state weigh_id(const struct tenant_stamp *stamp,
				 const struct policy_tenant *tenant)
{
	if (stamp->n == 0)
		return PROOF_ABSENT;
	if (stamp->differs || span_eq_nocase(stamp->value, SPAN(POLICY_CONSUMER_ID)))
		return PROOF_CONFLICTS;
	if (tenant->unknown_ids == POLICY_UNKNOWN_IDS_IGNORE)
		return PROOF_ABSENT;
	return policy_lists(&tenant->ids, stamp->value) ? PROOF_AGREES : PROOF_CONFLICTS;
}

struct proof_stamps proof_stamps_weigh(const struct tenant_stamps *stamps,
				       const struct policy *policy,
				       const struct policy_tenant *tenant)
{
	return (struct proof_stamps){
		.id = weigh_id(&stamps->id, tenant),
		.originator_org = weigh_org(stamps, policy, tenant),
		.attributed = weigh_id(&stamps->attributed, tenant),
	};
}

static enum proof_state weigh_stamps(const struct tenant_stamps *stamps,
				     const struct policy *policy,
				     const struct policy_tenant *tenant)
{
	const struct proof_stamps each = proof_stamps_weigh(stamps, policy, tenant);
	const enum proof_state states[] = { each.id, each.originator_org, each.attributed };
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

static bool signature_failed(const struct facts *facts, const struct policy *policy,
			     const struct policy_tenant *tenant)
{
	const struct domain *signer;
	size_t i = 0;

	while ((signer = facts_next_failed(facts, &i)))
		if (policy_is_signer(policy, tenant, domain_span(signer)))
			return true;
	return false;
}

static enum proof_state weigh_signatures(const struct facts *facts, const struct policy *policy,
					 const struct policy_tenant *tenant)
{
	enum proof_state state = PROOF_ABSENT;

	for (size_t i = 0; i < facts->n_signatures; i++) {
		const struct facts_signature *signature = &facts->signatures[i];

		if (!policy_is_signer(policy, tenant, domain_span(&signature->domain)))
			continue;
		if (signature->passed)
			return PROOF_AGREES;
		state = PROOF_UNKNOWN;
	}
	if (state == PROOF_ABSENT && signature_failed(facts, policy, tenant))
		state = PROOF_FAILED;
	return state;
}

static bool is_secret_of(const struct policy_secret *secret, struct span value)
{
	bool valid = false;

	for (size_t i = 0; i < secret->values.n; i++)
		valid |= span_eq_secret(value, secret->values.items[i]);
	return valid;
}

static enum proof_state weigh_secret(const struct facts *facts, const struct policy_secret *secret)
{
	enum proof_state state = PROOF_ABSENT;

	if (!secret->header.len)
		return PROOF_ABSENT;
	for (const struct header_field *f = facts->named; f; f = f->next) {
		if (!span_eq_nocase(span_trim(f->name), secret->header))
			continue;
		if (state != PROOF_ABSENT || !is_secret_of(secret, span_trim(f->value)))
			return PROOF_CONFLICTS;
		state = PROOF_AGREES;
	}
	return state;
}

struct proofs proofs_weigh(const struct facts *facts, const struct policy *policy,
			   const struct policy_tenant *tenant)
{
	return (struct proofs){
		.stamp = weigh_stamps(&facts->stamps, policy, tenant),
		.signature = weigh_signatures(facts, policy, tenant),
		.secret = weigh_secret(facts, &tenant->secret),
	};
}

/* Those that are in this state, as a set of enum policy_proof. */
static unsigned int those_that(const struct proofs *proofs, enum proof_state state)
{
	return (proofs->stamp == state ? POLICY_PROOF_STAMP : 0) |
	       (proofs->signature == state ? POLICY_PROOF_SIGNATURE : 0) |
	       (proofs->secret == state ? POLICY_PROOF_SECRET : 0);
}

static unsigned int count(unsigned int set)
{
	unsigned int n = 0;

	for (; set; set &= set - 1)
		n++;
	return n;
}

static bool suffice(unsigned int set, const struct policy_tenant *tenant, unsigned int wanted)
{
	return count(set) >= wanted && !(tenant->required & ~set);
}

bool proofs_suffice(const struct proofs *proofs, const struct policy_tenant *tenant,
		    unsigned int wanted)
{
	return suffice(those_that(proofs, PROOF_AGREES), tenant, wanted);
}

bool proofs_may_suffice(const struct proofs *proofs, const struct policy_tenant *tenant,
			unsigned int wanted)
{
	return suffice(those_that(proofs, PROOF_AGREES) | those_that(proofs, PROOF_UNKNOWN), tenant,
		       wanted);
}
