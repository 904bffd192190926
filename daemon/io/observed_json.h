/* SPDX-License-Identifier: Apache-2.0 */
/*
 * observed_json - what was observed of all ledgers as a JSON object, for `exogated status
 * --tenants`.
 *
 *	{"forgotten": N,
 *	 "tenants": [{"tenant": NAME or null, "mode": "enforce|monitor", "tenant_id": "...",
 *	              "originator_org": "...", "from_domain": "...", "messages": N,
 *	              "last_seen_s_ago": N,
 *	              "stamps": {"tenant-id": N, "originator-org": N, "attributed": N},
 *	              "proofs": {"stamp": {"absent": N, "agree": N, "conflict": N, "unknown": N},
 *	                         "signature": {...}, "secret": {...}},
 *	              "accept": {REASON: N, ...}, "reject": {...}, "tempfail": {...},
 *	              "would_reject": {...}}, ...]}
 *
 * What has most messages comes first.  "tenant" is null where From's domain is no tenant's; texts
 * are escaped (escape.h), "" where there was none; reasons are named only where they were counted.
 */
#ifndef EXOGATE_OBSERVED_JSON_H
#define EXOGATE_OBSERVED_JSON_H

#include "ledger.h"

/* A line with its line feed; the caller frees.  NULL without memory. */
char *observed_json(const struct ledger *ledgers, size_t n, uint64_t now_ns);

#endif
