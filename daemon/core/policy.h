/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy - what the operator allows, in the form that messages are judged by.
 *
 * Trusted and read-only while it serves: daemon/settings builds it (settings/policy_build.h)
 * and owns all of its memory; it outlives every session that points to it.  All domain names in it
 * are normalised (domain.h).
 */
#ifndef EXOGATE_POLICY_H
#define EXOGATE_POLICY_H

#include <stdint.h>

#include "address.h"
#include "domain.h"
#include "prefix.h"
#include "span.h"

enum policy_mode {
	POLICY_ENFORCE,
	POLICY_MONITOR, /* count what would be refused, and let it pass */
};

enum policy_missing_certificate {
	POLICY_MISSING_TEMPFAIL,
	POLICY_MISSING_IGNORE, /* and demand one proof more */
};

enum policy_other_clients {
	POLICY_OTHER_REJECT,
	POLICY_OTHER_PASS, /* authenticated, in acl.allow, or only to hosted domains */
};

enum policy_dkim_source {
	POLICY_DKIM_NONE,    /* nobody verifies: the signature proof is absent */
	POLICY_DKIM_AUTHRES, /* a verifier before us in the chain says so */
};

struct policy_span_list {
	const struct span *items;
	size_t n;
};

/* Sender addresses of one domain move to another. */
struct policy_domain_move {
	struct span from;
	struct span to;
};

struct policy_tenant {
	struct span name;
	struct policy_span_list ids;		 /* GUIDs, compared without case */
	struct policy_span_list originator_orgs; /* domains */
	struct policy_span_list dkim_domains;
	const struct policy_domain_move *moves;
	size_t n_moves;
	struct prefix_set relay_addresses; /* hybrid servers that may relay through the tenant */
	unsigned int proofs;		   /* how many of them must agree */
	enum policy_mode mode;		   /* the tenant's own, or else the global one */
};

enum policy_domain_use {
	POLICY_DOMAIN_TENANT,
	POLICY_DOMAIN_HOSTED,
};

/* One configured domain name; ".example.com" covers subdomains and not the name itself. */
struct policy_domain {
	struct span name; /* without the leading dot */
	bool subdomains;
	enum policy_domain_use use;
	const struct policy_tenant *tenant; /* of TENANT */
};

/* Open addressing over the domains; n_slots is a power of two of at least twice n. */
struct policy_domain_table {
	const struct policy_domain **slots;
	size_t n_slots;
};

/* Of one message; beyond them it is deferred. */
struct policy_limits {
	uint32_t recipients;
	uint32_t edits;
};

struct policy {
	struct span authserv_id;
	enum policy_mode mode;
	struct prefix_set microsoft; /* addresses of Exchange Online */
	struct prefix_set allow;     /* the operator's: never EXO, only not refused */
	enum policy_other_clients other_clients;
	struct policy_span_list certificate_names;
	enum policy_missing_certificate missing_certificate;
	enum policy_dkim_source dkim_source;
	struct span trusted_authserv_id; /* of POLICY_DKIM_AUTHRES */
	struct policy_domain_table domains;
	struct policy_limits limits;
	/* What an MTA is asked for: of what nobody needs, it is told to keep it to itself. */
	bool moves_senders; /* some tenant has moves */
	bool reads_body;    /* no policy of this version does; its chunks are never kept */
};

/*
 * Puts a domain into the table, whose slots start out NULL.  False if the same name, with the same
 * reach and use, is there already; *earlier is then that entry.
 */
bool policy_domain_add(struct policy_domain_table *table, const struct policy_domain *domain,
		       const struct policy_domain **earlier);

/* The tenant of the longest entry that covers the domain, or NULL. */
const struct policy_tenant *policy_tenant_of(const struct policy *policy, struct span domain);

/* Whether the domain is one that this relay receives mail for. */
bool policy_hosts(const struct policy *policy, struct span domain);

/* Whether the value is among the list, but for the case of ASCII letters. */
bool policy_lists(const struct policy_span_list *list, struct span value);

/* Where addresses of the domain move to; false if they stay. */
bool policy_move_of(const struct policy_tenant *tenant, struct span domain, struct span *to);

#endif
