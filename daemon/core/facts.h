/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts - what is known about one message when it is judged.
 *
 * Facts say what is there, not what it means: nothing here depends on which tenant the message
 * claims to be from (proof.h, verdict.h).  Spans borrow from the session and the message's arena.
 */
#ifndef EXOGATE_FACTS_H
#define EXOGATE_FACTS_H

#include "address.h"
#include "dkim_check.h"
#include "header_index.h"
#include "mailbox.h"
#include "policy.h"
#include "tenant.h"

enum facts_client_class {
	FACTS_CLIENT_OTHER,
	FACTS_CLIENT_EXO, /* its address counts as Exchange Online's */
};

/* Of From, Sender and Resent-From. */
enum facts_from_state {
	FACTS_FROM_MISSING,
	FACTS_FROM_MULTIPLE,  /* several fields, or several mailboxes */
	FACTS_FROM_MALFORMED, /* unreadable, no mailbox, or one without a domain name */
	FACTS_FROM_ONE,
	FACTS_FROM_UNKNOWN, /* for want of memory; never of facts that are complete */
};

/* What the session knows before it has seen a header. */
struct facts_envelope {
	struct address client;
	bool authenticated;	  /* by SMTP AUTH */
	struct span certificate;  /* verified client certificate name; empty if there is none */
	bool mail_from_valid;	  /* mail_from below could be read */
	struct mailbox mail_from; /* address.len 0: the null reverse-path */
	uint32_t n_rcpts;
	uint32_t n_hosted_rcpts; /* in a domain that the relay hosts */
	uint32_t n_role_rcpts;	 /* postmaster or abuse there, or the bare postmaster */
};

/* A verified signature, or one that could not be verified for now. */
struct facts_signature {
	struct domain domain;	/* d= */
	struct domain selector; /* s= if we verified it, else its len is 0 */
	bool passed;		/* else: temporarily unknown */
};

/* Results beyond that are not looked at: a verifier before us writes a handful. */
#define FACTS_SIGNATURES_MAX DKIM_SIGNATURES_MAX

struct facts {
	struct facts_envelope envelope;
	enum facts_client_class client_class;
	bool client_allowed;	 /* the operator lists the address */
	bool certificate_exempt; /* the client needs no certificate */
	enum facts_from_state from_state;
	struct mailbox from; /* of FACTS_FROM_ONE; else its domain.len is 0, here and below */
	/*
	 * RFC 5322 3.6.2 wants a Sender where From has several mailboxes; exogate wants one author,
	 * whoever sent it for them.
	 */
	enum facts_from_state sender_state;
	struct mailbox sender; /* of FACTS_FROM_ONE */
	enum facts_from_state resent_from_state;
	struct mailbox resent_from; /* of FACTS_FROM_ONE */
	struct tenant_stamps stamps;
	struct facts_signature signatures[FACTS_SIGNATURES_MAX];
	size_t n_signatures;
	uint32_t n_trusted_results;	  /* Authentication-Results on top that were believed */
	const struct dkim_check *dkim;	  /* where they come from; NULL unless we verified them */
	const struct header_field *named; /* the first of HEADER_NAMED: secrets, not to be shown */
};

/*
 * Counts one recipient into the envelope; path is as in RCPT TO, hostile.  One that a mail server
 * may route on to another domain (a%b@c) is neither hosted nor a role.  False if there was no
 * memory to read it: then nothing may be concluded from the envelope.
 */
bool facts_add_recipient(struct facts_envelope *envelope, const struct policy *policy,
			 struct span path);

/* The mailbox of the one From; *from is written on FACTS_FROM_ONE only. */
enum facts_from_state facts_read_from(const struct header_index *headers,
				      const struct policy *policy, struct mailbox *from);

/*
 * The tenant that the stamps name: that of the first of them which is one tenant's alone.  NULL if
 * there is none.
 */
const struct policy_tenant *facts_stamped_tenant(const struct tenant_stamps *stamps,
						 const struct policy *policy);

/*
 * Reads all facts of the message; cost is linear in its fields.  False if there was no memory to
 * read one of them: then the message must be deferred.
 */
bool facts_collect(const struct facts_envelope *envelope, const struct header_index *headers,
		   const struct policy *policy, struct facts *out);

/* How many of the tenant's proofs must agree: one more of a client that lacks a certificate. */
unsigned int facts_proofs_wanted(const struct facts *facts, const struct policy_tenant *tenant);

/* Whether the envelope sender can be read and is the tenant's; the null sender is anyone's. */
bool facts_envelope_belongs(const struct facts *facts, const struct policy *policy,
			    const struct policy_tenant *tenant);

/* Whether it came to the tenant's service from an address in its relay_addresses, by the stamps. */
bool facts_relay_listed(const struct facts *facts, const struct policy_tenant *tenant);

/* Whether the domain has a signature that passed, or one that is not known to. */
bool facts_signed_by(const struct facts *facts, const struct domain *domain, bool passed);

/*
 * The domain of a signature that we verified ourselves and that failed for good, the next from *i
 * on, which is moved behind it; NULL if there is none.  It is evidence of nothing, but tells an
 * operator more than one that is not there.
 */
const struct domain *facts_next_failed(const struct facts *facts, size_t *i);

/*
 * Adds what our own check found, which has ended: each signature that is a proof, or might be.  One
 * whose key is on trial (t=y) never is, and one that leaves some of the body out only if the policy
 * says so.
 */
void facts_add_dkim(struct facts *facts, const struct dkim_check *check,
		    const struct policy *policy);

#endif
