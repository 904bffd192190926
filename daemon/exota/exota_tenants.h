/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exota_tenants - ExOTA-Milter's policy as the tenants of exogate's settings.
 *
 * The text is libconfig's, with comments that say what the operator has to look at: ids that are
 * not known, tenants without an onmicrosoft.com domain, and which proofs are demanded and why.
 */
#ifndef EXOGATE_EXOTA_TENANTS_H
#define EXOGATE_EXOTA_TENANTS_H

#include "exota_policy.h"

/* What ExOTA-Milter is told by its environment and its policy file does not say. */
struct exota_demands {
	bool tenant_id; /* an id must be stamped */
	bool dkim;	/* signatures are looked at */
	bool alignment; /* and count if d= is From's domain, unless the file says otherwise */
};

/*
 * Writes `tenants = ( ... );`.  A tenant must give the proof stamp if an id is demanded or nothing
 * else would prove anything, and the proof signature if DKIM is looked at and one of its domains at
 * least has not switched it off.  Where no id is demanded, one that is not known is not looked at.
 */
void exota_tenants_write(FILE *out, const struct exota_policy *policy,
			 const struct exota_demands *demands);

/* Writes the text as a string of libconfig's. */
void exota_tenants_string(FILE *out, struct span text);

#endif
