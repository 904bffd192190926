/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exota_policy - what does ExOTA-Milter's policy file say, and which tenants are in it?
 *
 * The file is a JSON object: domain -> { "tenant_id", "dkim_enabled", "dkim_alignment_required" },
 * each of these optional.  The operator is trusted and errs: unknown keys, wrong types, ids that
 * are none and domains that are written twice, also in another case, are refused with their place.
 * ExOTA-Milter compares a domain and an id as they are written, here they have no case.
 *
 * Domains with one id are one tenant; each domain without an id is a tenant of its own.  A tenant
 * with dkim_enabled for some of its domains is warned of: it will be demanded of all.
 */
#ifndef EXOGATE_EXOTA_POLICY_H
#define EXOGATE_EXOTA_POLICY_H

#include <stdio.h>

#include "settings_pool.h"

struct exota_domain {
	struct span name;	 /* normalised (domain.h) */
	struct span id;		 /* in lower case; empty if it is not known */
	bool dkim_enabled;	 /* by default true */
	bool alignment_required; /* likewise */
	size_t position;	 /* in the file, from 0 */
};

struct exota_tenant {
	struct exota_domain *domains; /* in the order of the file */
	size_t n;		      /* at least one */
};

struct exota_policy {
	struct exota_tenant *tenants; /* in the order of their first domains; at least one */
	size_t n;
};

/*
 * Reads the file; all memory is the pool's.  False after at least one line on errors, which says
 * where (`FILE:LINE: "domain".key: what; mend`), and then *out is not to be used.
 */
bool exota_policy_read(const char *path, struct settings_pool *pool, FILE *errors,
		       struct exota_policy *out);

#endif
