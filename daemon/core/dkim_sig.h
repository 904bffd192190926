/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dkim_sig - what does a DKIM-Signature field claim?
 *
 * Reads the tags of RFC 6376 3.5 and judges what can be judged of them alone (6.1.1).  The bytes
 * are hostile.  Strict where the grammar is: what is read differently by different verifiers must
 * not verify.  The domains of d=, s= and i= may have U-labels, as those of an internationalized
 * header field have (RFC 8616 5), and are A-labels from then on.  Spans point into the value and
 * live as long as it does.  Not done here: the clock (x=, t=), the key, and whether the algorithm
 * is good enough.
 */
#ifndef EXOGATE_DKIM_SIG_H
#define EXOGATE_DKIM_SIG_H

#include <stdint.h>

#include "dkim_why.h"
#include "domain.h"
#include "parse.h"
#include "span.h"

#define DKIM_HASH_BYTES	   32	/* SHA-256 */
#define DKIM_BODY_HASH_MAX 64	/* octets of bh=; one of another length than the hash is wrong */
#define DKIM_SIGNATURE_MAX 1024 /* octets of b=: RSA of 8192 bits, so that a long key is told so */
#define DKIM_NAME_MAX	   DOMAIN_MAX /* of the key record's domain name */

enum dkim_algorithm {
	DKIM_RSA_SHA1, /* read, and never verified: RFC 8301 3.1 */
	DKIM_RSA_SHA256,
	DKIM_ED25519_SHA256, /* RFC 8463 */
};

enum dkim_canon {
	DKIM_SIMPLE,
	DKIM_RELAXED,
};

struct dkim_sig {
	enum dkim_algorithm algorithm;
	enum dkim_canon header_canon;
	enum dkim_canon body_canon;
	struct domain domain; /* d=, of A-labels */
	struct domain selector;
	struct span headers;  /* h=, for dkim_tag_next_item() */
	struct span b_value;  /* the value of b= where it stands, without the blanks around it */
	bool at_subdomain;    /* i= is of a subdomain of d= */
	bool has_body_length; /* l= */
	uint64_t body_length; /* octets; UINT64_MAX for what is more */
	bool has_timestamp;   /* t= */
	bool has_expiration;  /* x= */
	uint64_t timestamp;   /* seconds since 1970; likewise */
	uint64_t expiration;
	unsigned char body_hash[DKIM_BODY_HASH_MAX];
	size_t body_hash_len;
	unsigned char signature[DKIM_SIGNATURE_MAX];
	size_t signature_len;
};

/*
 * Without to_ascii (NULL) a U-label is no domain; it is called three times at most.
 * PARSE_OK; PARSE_FAILED as to_ascii has it; or PARSE_BAD with *why, and then of *out only the
 * domain and the selector hold, each if its len is not 0, so that a log can name who signed.
 */
enum parse_status dkim_sig_parse(struct span value, domain_to_ascii *to_ascii, struct dkim_sig *out,
				 enum dkim_why *why);

#endif
