// SPDX-License-Identifier: Apache-2.0
#include "verdict.h"

#include "forwarding.h"

/* The local part that Exchange Online gives its own bounces and notices. */
#define EXCHANGE_SYSTEM_LOCAL "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e"

struct span verdict_decision_word(enum verdict_decision decision)
{
	switch (decision) {
	case VERDICT_ACCEPT:
		return SPAN("accept");
	case VERDICT_REJECT:
		return SPAN("reject");
	case VERDICT_HOLD:
		return SPAN("hold");
	case VERDICT_TEMPFAIL:
		break;
	}
	return SPAN("tempfail");
}

/* The facts, and what they mean for the tenant of From's domain. */
struct judgement {
	const struct policy *policy;
	const struct facts *facts;
	const struct policy_tenant *tenant; /* or NULL */
	struct proofs proofs;		    /* of tenant */
	unsigned int proofs_wanted;
	struct forwarding forwarding; /* without a tenant: of who has stamped it, if it may */
};

/*
 * The predicates: total, so that each can be asked whatever the others say (verdict_trace()).
 * Without a tenant no proof is enough.
 */

static bool only_role_recipients(const struct judgement *j)
{
	const struct facts_envelope *envelope = &j->facts->envelope;

	return envelope->n_rcpts > 0 && envelope->n_role_rcpts == envelope->n_rcpts;
}

static bool only_hosted_recipients(const struct judgement *j)
{
	const struct facts_envelope *envelope = &j->facts->envelope;

	return envelope->n_rcpts > 0 && envelope->n_hosted_rcpts == envelope->n_rcpts;
}

static bool certificate_missing(const struct judgement *j)
{
	return j->facts->envelope.certificate.len == 0;
}

static bool certificate_trusted(const struct judgement *j)
{
	return policy_lists(&j->policy->certificate_names, j->facts->envelope.certificate);
}

static bool client_other(const struct judgement *j)
{
	return j->facts->client_class == FACTS_CLIENT_OTHER;
}

static bool client_unlisted(const struct judgement *j)
{
	return client_other(j) && certificate_trusted(j);
}

static bool client_other_passes(const struct judgement *j)
{
	return client_other(j) && j->policy->other_clients == POLICY_OTHER_PASS &&
	       (j->facts->envelope.authenticated || j->facts->client_allowed ||
		only_hosted_recipients(j));
}

static bool from_missing(const struct judgement *j)
{
	return j->facts->from_state == FACTS_FROM_MISSING;
}

static bool from_multiple(const struct judgement *j)
{
	return j->facts->from_state == FACTS_FROM_MULTIPLE;
}

static bool from_malformed(const struct judgement *j)
{
	return j->facts->from_state == FACTS_FROM_MALFORMED;
}

static bool foreign_inbound(const struct judgement *j)
{
	return !j->tenant && only_hosted_recipients(j);
}

static bool certificate_needed(const struct judgement *j)
{
	return certificate_missing(j) && !j->facts->certificate_exempt &&
	       j->policy->missing_certificate == POLICY_MISSING_TEMPFAIL;
}

static bool certificate_untrusted(const struct judgement *j)
{
	return !certificate_missing(j) && !certificate_trusted(j) && !j->facts->certificate_exempt;
}

static bool forwarded(const struct judgement *j)
{
	return forwarding_met(&j->forwarding);
}

static bool forwarded_unknown(const struct judgement *j)
{
	return forwarding_may_be_met(&j->forwarding);
}

static bool tenant_unknown(const struct judgement *j)
{
	return !j->tenant;
}

static bool own_mail_back(const struct judgement *j)
{
	return j->proofs.stamp == PROOF_CONFLICTS && j->proofs.signature == PROOF_AGREES &&
	       only_hosted_recipients(j);
}

static bool own_mail_back_unknown(const struct judgement *j)
{
	return j->proofs.stamp == PROOF_CONFLICTS && j->proofs.signature == PROOF_UNKNOWN &&
	       only_hosted_recipients(j);
}

static bool tenant_conflict(const struct judgement *j)
{
	return j->proofs.stamp == PROOF_CONFLICTS || j->proofs.secret == PROOF_CONFLICTS;
}

static bool envelope_foreign(const struct judgement *j)
{
	return !facts_envelope_belongs(j->facts, j->policy, j->tenant);
}

/*
 * Mail programs show "SENDER on behalf of FROM", so that a tenant could speak in the name of
 * another, or of whom mail is received for here.  Whom nobody here answers for, its tenant may
 * name, as the whole Internet does.
 */
static bool sender_foreign(const struct judgement *j)
{
	struct span domain = domain_span(&j->facts->sender.domain);
	const struct policy_tenant *owner;

	if (j->facts->sender_state != FACTS_FROM_ONE)
		return j->facts->sender_state != FACTS_FROM_MISSING;
	owner = policy_tenant_of(j->policy, domain);
	return owner ? owner != j->tenant : policy_hosts(j->policy, domain);
}

/* A bounce or notice that the tenant's own service writes. */
static bool tenant_notice(const struct judgement *j)
{
	const struct facts_envelope *envelope = &j->facts->envelope;
	struct span author = j->facts->from.local;

	return envelope->mail_from_valid && envelope->mail_from.address.len == 0 &&
	       (span_eq_nocase(author, SPAN("postmaster")) ||
		span_eq_nocase(author, SPAN(EXCHANGE_SYSTEM_LOCAL)));
}

static bool relayed_through(const struct judgement *j)
{
	const struct tenant_stamps *stamps = &j->facts->stamps;

	if (!tenant_stamp_other_than(&stamps->auth_as, SPAN("Internal")) &&
	    !tenant_stamp_other_than(&stamps->from_entity, SPAN("Hosted")))
		return false;
	return !(j->tenant && facts_relay_listed(j->facts, j->tenant)) && !tenant_notice(j);
}

static bool proof_missing(const struct judgement *j)
{
	return !j->tenant || !proofs_suffice(&j->proofs, j->tenant, j->proofs_wanted);
}

static bool proof_unknown(const struct judgement *j)
{
	return j->tenant && proof_missing(j) &&
	       proofs_may_suffice(&j->proofs, j->tenant, j->proofs_wanted);
}

static bool always(const struct judgement *j)
{
	(void)j;
	return true;
}

static const struct {
	bool (*applies)(const struct judgement *j);
	enum verdict_decision decision;
	enum reason reason;
	const char *when;
} rows[] = {
	{ only_role_recipients, VERDICT_ACCEPT, REASON_ROLE,
	  "every recipient is postmaster@ or abuse@ of a hosted domain, or the bare postmaster" },
	{ client_other_passes, VERDICT_ACCEPT, REASON_CLIENT_OTHER,
	  "the client's address is not in Microsoft's list, and acl.other_clients is \"pass\": "
	  "it has authenticated, or is in acl.allow, or all recipients are hosted" },
	{ client_unlisted, VERDICT_TEMPFAIL, REASON_CLIENT_UNLISTED,
	  "the client's address is not in Microsoft's list, but its certificate name is trusted: "
	  "perhaps the list is old" },
	{ client_other, VERDICT_REJECT, REASON_CLIENT_OTHER,
	  "the client's address is not in Microsoft's list" },
	{ from_missing, VERDICT_REJECT, REASON_FROM_MISSING, "there is no From field" },
	{ from_multiple, VERDICT_REJECT, REASON_FROM_MULTIPLE,
	  "there is more than one From field, or more than one address in it" },
	{ from_malformed, VERDICT_REJECT, REASON_FROM_MALFORMED,
	  "the From field cannot be read, or its address has no domain name" },
	{ foreign_inbound, VERDICT_ACCEPT, REASON_INBOUND,
	  "From's domain has no tenant here, and all recipients are hosted" },
	{ certificate_needed, VERDICT_TEMPFAIL, REASON_CERT_MISSING,
	  "there is no verified client certificate, and certificate.missing is \"tempfail\"" },
	{ certificate_untrusted, VERDICT_REJECT, REASON_CERT_UNTRUSTED,
	  "the name of the client's certificate is not in certificate.names" },
	{ forwarded, VERDICT_ACCEPT, REASON_FORWARDED,
	  "From's domain has no tenant here; the stamps name one, and only one, that forwards "
	  "(tenants[].forwarding), whose proofs agree, and whose the envelope sender is, unless "
	  "null; it came to a mailbox there (FromEntityHeader is Internet or Hosted, or there is "
	  "none), or from relay_addresses; and a signature of From's domain verifies, or, with "
	  "\"resent-from\", the one Resent-From is that tenant's: it goes on as it is, without a "
	  "result" },
	{ forwarded_unknown, VERDICT_TEMPFAIL, REASON_TEMPERROR,
	  "it might be forwarded, but a signature could not be verified for now" },
	{ tenant_unknown, VERDICT_REJECT, REASON_TENANT_UNKNOWN,
	  "From's domain has no tenant here" },
	{ own_mail_back, VERDICT_ACCEPT, REASON_INBOUND_OWN,
	  "stamps conflict, the tenant has signed it, and all recipients are hosted: "
	  "own mail that comes back through a list or a forward" },
	{ own_mail_back_unknown, VERDICT_TEMPFAIL, REASON_TEMPERROR,
	  "stamps conflict, and it might be own mail that comes back, but the tenant's signature "
	  "could not be verified for now" },
	{ tenant_conflict, VERDICT_REJECT, REASON_TENANT_CONFLICT,
	  "stamps conflict: another tenant has stamped it, or they contradict each other; or "
	  "the secret header is wrong or repeated" },
	{ envelope_foreign, VERDICT_REJECT, REASON_ENVELOPE_FOREIGN,
	  "the envelope sender is neither null nor the tenant's" },
	{ sender_foreign, VERDICT_REJECT, REASON_SENDER_FOREIGN,
	  "there is more than one Sender field, or it is not one readable address, or its domain "
	  "is another tenant's, or hosted and not the tenant's" },
	{ relayed_through, VERDICT_REJECT, REASON_RELAYED_THROUGH,
	  "it came to the tenant from outside, by an address that is not in relay_addresses, "
	  "and is no notice of the service's own" },
	{ proof_unknown, VERDICT_TEMPFAIL, REASON_TEMPERROR,
	  "a signature could not be verified for now, and it could change the outcome" },
	{ proof_missing, VERDICT_REJECT, REASON_PROOF_MISSING,
	  "fewer proofs agree than the tenant requires, or not the one that it requires" },
	{ always, VERDICT_ACCEPT, REASON_AUTHORISED,
	  "otherwise: enough proofs agree, and nothing speaks against it; a result is added, and "
	  "the sender rewritten if its domain moves" },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

_Static_assert(N_ROWS <= VERDICT_RULES_MAX, "verdict_trace() has a bit for each row");

static void weigh_forwarder(struct judgement *j)
{
	const struct policy_tenant *tenant = facts_stamped_tenant(&j->facts->stamps, j->policy);

	if (tenant && tenant->forwarding != POLICY_FORWARDING_REJECT)
		j->forwarding = forwarding_weigh(j->policy, j->facts, tenant);
}

static struct judgement weigh(const struct policy *policy, const struct facts *facts)
{
	struct judgement j = { .policy = policy, .facts = facts };

	if (facts->from_state == FACTS_FROM_ONE)
		j.tenant = policy_tenant_of(policy, domain_span(&facts->from.domain));
	if (j.tenant) {
		j.proofs = proofs_weigh(facts, policy, j.tenant);
		j.proofs_wanted = facts_proofs_wanted(facts, j.tenant);
	} else if (facts->from_state == FACTS_FROM_ONE) {
		weigh_forwarder(&j);
	}
	return j;
}

/*
 * A refusal becomes acceptance where the tenant, or without one the relay, only watches; or else
 * is held where the tenant says so.  What is not from Exchange Online is not: the quarantine is not
 * for the whole Internet to fill.
 */
static void soften(const struct judgement *j, struct verdict *verdict)
{
	if (verdict->decision != VERDICT_REJECT)
		return;
	if (policy_mode_of(j->policy, j->tenant) == POLICY_MONITOR) {
		verdict->decision = VERDICT_ACCEPT;
		verdict->would_reject = true;
	} else if (j->tenant && j->tenant->refusal == POLICY_REFUSAL_HOLD && !client_other(j)) {
		verdict->decision = VERDICT_HOLD;
	}
}

struct verdict verdict_decide(const struct policy *policy, const struct facts *facts)
{
	const struct judgement j = weigh(policy, facts);
	struct verdict verdict = { .tenant = j.tenant, .proofs = j.proofs };
	size_t row = 0;

	while (!rows[row].applies(&j))
		row++;
	verdict.rule = row;
	verdict.decision = rows[row].decision;
	verdict.reason = rows[row].reason;
	if (verdict.reason == REASON_FORWARDED) {
		verdict.tenant = j.forwarding.tenant;
		verdict.proofs = j.forwarding.proofs;
	}
	soften(&j, &verdict);
	return verdict;
}

uint64_t verdict_trace(const struct policy *policy, const struct facts *facts)
{
	const struct judgement j = weigh(policy, facts);
	uint64_t holding = 0;

	for (size_t row = 0; row < N_ROWS; row++)
		holding |= (uint64_t)rows[row].applies(&j) << row;
	return holding;
}

size_t verdict_n_rules(void)
{
	return N_ROWS;
}

struct verdict_rule verdict_rule(size_t i)
{
	return (struct verdict_rule){
		.decision = rows[i].decision,
		.reason = rows[i].reason,
		.when = rows[i].when,
	};
}
