/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_tenant - what the operator says of one tenant: a part of the policy, as it is.
 */
#ifndef EXOGATE_POLICY_TENANT_H
#define EXOGATE_POLICY_TENANT_H

#include "policy_choice.h"
#include "prefix.h"
#include "span.h"

/* Of Microsoft's consumer service, where anyone may have an account, and so send with its stamp. */
#define POLICY_CONSUMER_ID "84df9e7f-e9f6-40af-b435-aaaaaaaaaaaa"

struct policy_span_list {
	const struct span *items;
	size_t n;
};

/* A field that a mail flow rule of the tenant's sets; never shown, stripped from all mail. */
struct policy_secret {
	struct span header;		/* its name; empty if there is none */
	struct policy_span_list values; /* two while one takes the place of the other */
};

/* Sender addresses of one domain move to another. */
struct policy_domain_move {
	struct span from;
	struct span to;
};

/* What a tenant may send in a time, and get through. */
enum policy_rate {
	POLICY_RATE_MESSAGES_MINUTE,
	POLICY_RATE_MESSAGES_HOUR,
	POLICY_RATE_RECIPIENTS_MINUTE,
	POLICY_RATE_RECIPIENTS_HOUR,
	POLICY_RATES,
};

struct policy_tenant {
	struct span name;
	struct policy_span_list ids;		 /* GUIDs, compared without case */
	enum policy_unknown_ids unknown_ids;	 /* what it means that there are none */
	struct policy_span_list originator_orgs; /* domains; empty: all that are its own */
	struct policy_span_list dkim_domains;	 /* likewise; policy_stamp.h */
	struct policy_secret secret;
	enum policy_forwarding forwarding;
	const struct policy_domain_move *moves;
	size_t n_moves;
	struct prefix_set relay_addresses; /* hybrid servers that may relay through the tenant */
	unsigned int proofs;		   /* how many of them must agree */
	unsigned int required;		   /* enum policy_proof: which must be among these */
	enum policy_mode mode;		   /* the tenant's own, or else the global one */
	enum policy_refusal refusal;
	uint32_t rates[POLICY_RATES]; /* 0: no limit */
};

/* Whether the value is among the list, but for the case of ASCII letters. */
bool policy_lists(const struct policy_span_list *list, struct span value);

/* Where addresses of the domain move to; false if they stay. */
bool policy_move_of(const struct policy_tenant *tenant, struct span domain, struct span *to);

#endif
