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

#include "domain.h"
#include "name_set.h"
#include "policy_choice.h"
#include "policy_tenant.h"
#include "prefix.h"
#include "reason.h"
#include "span.h"

/* Of POLICY_DKIM_NATIVE. */
struct policy_dkim {
	unsigned int signatures;   /* how many are tried; dkim_options.h */
	unsigned int min_rsa_bits; /* likewise */
	bool partial_counts;	   /* a signature whose l= leaves some of the body out is a proof */
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

/* The hash spares most look-ups the wait for an entry that is another one's. */
struct policy_domain_slot {
	const struct policy_domain *domain; /* NULL: empty */
	uint64_t hash;
};

/* Open addressing over the domains; n_slots is a power of two of at least twice n. */
struct policy_domain_table {
	struct policy_domain_slot *slots;
	size_t n_slots;
	size_t n_covering; /* those of them that cover subdomains */
};

/* A tenant id, or a domain of originator_orgs: policy_stamp.h. */
struct policy_stamp {
	struct span value;
	const struct policy_tenant *tenant; /* NULL: several have it */
};

/* Open addressing over them; n_slots is a power of two of at least twice n, or 0 for none. */
struct policy_stamp_table {
	struct policy_stamp *slots;
	size_t n_slots;
};

/* Of one message; beyond them it is deferred. */
struct policy_limits {
	uint32_t recipients;
	uint32_t edits;
};

/*
 * The operator's text of a reply, in octets and lines: with codes, reason and line breaks any fits
 * MILTER_ANSWER_REFUSAL_BYTES.
 */
#define POLICY_REPLY_MAX       400
#define POLICY_REPLY_LINES_MAX 6

/* The longest text of a reply in ExOTA-Milter's form, in octets. */
#define POLICY_EXOTA_MESSAGE_MAX 200

/*
 * Replies and results in ExOTA-Milter's form, for what reads those; each empty if it is not wanted.
 * The messages are printable ASCII without '%', which mail servers would expand.
 */
struct policy_exota {
	struct span reject_message;
	struct span tempfail_message;
	struct span authserv_id; /* of X-ExOTA-Authentication-Results */
};

struct policy {
	struct span authserv_id;
	domain_to_ascii *to_ascii; /* of domains in mail; NULL: U-labels are nobody's */
	enum policy_mode mode;
	enum policy_acl_check acl_check;
	struct prefix_set microsoft; /* addresses of Exchange Online */
	struct prefix_set allow;     /* the operator's: never EXO, only not refused */
	enum policy_other_clients other_clients;
	enum policy_certificate_check certificate_check;
	struct policy_span_list certificate_names;
	struct prefix_set certificate_exempt; /* clients that need none */
	enum policy_missing_certificate missing_certificate;
	enum policy_dkim_source dkim_source;
	struct span trusted_authserv_id; /* of POLICY_DKIM_AUTHRES */
	struct policy_dkim dkim;
	struct policy_domain_table domains;
	struct policy_stamp_table stamps; /* empty if no tenant forwards */
	struct name_set stripped_names;	  /* of secrets, and reason_header */
	struct policy_limits limits;
	enum policy_log log_messages;  /* which have a line in the log */
	struct span replies[REASON_N]; /* printable ASCII without '%', and LF; empty: our own */
	struct policy_exota exota;
	struct span reason_header; /* name of the field that says how it was judged; empty: none */
	/* What an MTA is asked for: of what nobody needs, it is told to keep it to itself. */
	bool moves_senders; /* some tenant has moves */
	bool holds;	    /* some tenant has POLICY_REFUSAL_HOLD */
	bool reads_body;    /* to hash it; its chunks are never kept */
};

/*
 * Puts a domain into the table, whose slots start out 0.  False if the same name, with the same
 * reach and use, is there already; *earlier is then that entry.
 */
bool policy_domain_add(struct policy_domain_table *table, const struct policy_domain *domain,
		       const struct policy_domain **earlier);

/* The tenant of the longest entry that covers the domain, or NULL. */
const struct policy_tenant *policy_tenant_of(const struct policy *policy, struct span domain);

/* The tenant's mode, or without one the global. */
static inline enum policy_mode policy_mode_of(const struct policy *policy,
					      const struct policy_tenant *tenant)
{
	return tenant ? tenant->mode : policy->mode;
}

/* As in the settings. */
static inline const char *policy_mode_word(enum policy_mode mode)
{
	return mode == POLICY_MONITOR ? "monitor" : "enforce";
}

/* Whether the domain is one that this relay receives mail for. */
bool policy_hosts(const struct policy *policy, struct span domain);

#endif
