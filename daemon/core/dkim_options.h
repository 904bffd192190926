/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dkim_options - what the check of one message's signatures goes by, beside the message.
 */
#ifndef EXOGATE_DKIM_OPTIONS_H
#define EXOGATE_DKIM_OPTIONS_H

#include <stdint.h>

#include "dkim_crypto.h"
#include "domain.h"

#define DKIM_SIGNATURES_MAX 16	 /* limit of max_signatures */
#define DKIM_RSA_BITS_MIN   1024 /* of min_rsa_bits: RFC 8301 3.2 */

/* To whose verdict a signature may matter. */
enum dkim_care {
	DKIM_CARE_NOBODY,
	DKIM_CARE_AUTHOR, /* whose domain From's might be aligned with */
	DKIM_CARE_TENANT,
	DKIM_CARE_N,
};

struct dkim_options {
	const struct dkim_crypto *crypto; /* outlives the check */
	uint64_t now;			  /* seconds since 1970, for t= and x= */
	unsigned int max_signatures;	  /* that are tried; at least 1 */
	unsigned int min_rsa_bits;
	domain_to_ascii *to_ascii; /* of the domains of signatures; NULL: U-labels are none */
	bool leading_space;	   /* the values of fields have theirs */

	/* To whom does a signature of that domain matter?  NULL: to nobody. */
	enum dkim_care (*cares)(const void *whom, struct span domain);
	const void *whom;
};

#endif
