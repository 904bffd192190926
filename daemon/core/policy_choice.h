/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_choice - what the operator can choose between, by the names of exogate.conf(5).
 *
 * The first of each is its default, if it has one.
 */
#ifndef EXOGATE_POLICY_CHOICE_H
#define EXOGATE_POLICY_CHOICE_H

enum policy_mode {
	POLICY_ENFORCE,
	POLICY_MONITOR, /* count what would be refused, and let it pass */
};

enum policy_refusal {
	POLICY_REFUSAL_REJECT,
	POLICY_REFUSAL_HOLD, /* in the mail server's quarantine, where it has one */
};

enum policy_log {
	POLICY_LOG_ALL,
	POLICY_LOG_REFUSED, /* what is not accepted, or would not be */
};

enum policy_acl_check {
	POLICY_ACL_ADDRESSES, /* Exchange Online is who has one of its addresses */
	POLICY_ACL_NONE,      /* everyone with an address: others are kept out elsewhere */
};

enum policy_certificate_check {
	POLICY_CERTIFICATE_NAMES,
	POLICY_CERTIFICATE_NONE, /* nobody is asked for one */
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
	POLICY_DKIM_NATIVE,  /* we do */
};

/* Bits of a set. */
enum policy_proof {
	POLICY_PROOF_STAMP = 1,
	POLICY_PROOF_SIGNATURE = 2,
	POLICY_PROOF_SECRET = 4,
};

enum policy_unknown_ids {
	POLICY_UNKNOWN_IDS_CONFLICT, /* no id is this tenant's */
	POLICY_UNKNOWN_IDS_IGNORE,   /* any id may be: X-OriginatorOrg alone tells */
};

/* Mail that the tenant forwards, with somebody else's From. */
enum policy_forwarding {
	POLICY_FORWARDING_REJECT,
	POLICY_FORWARDING_SRS,	       /* if a signature of From's domain verifies */
	POLICY_FORWARDING_RESENT_FROM, /* or if Resent-From is the tenant's */
};

#endif
