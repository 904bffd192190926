/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status - the state of the daemon as a JSON object, for `exogated status`.
 *
 *	{"version": "...", "engine": "uring", "pid": N, "uptime_s": N,
 *	 "policy": {"mode": "enforce" or "monitor", "tenants": N, "monitored": N, "domains": N,
 *	            "microsoft_prefixes": N, "loaded_s_ago": N, "reloads": N, "failed_reloads": N},
 *	 "connections": {"open": N, "limit": N, "total": N, "closed": {REASON: N, ...}},
 *	 "workers": [{"connections": N, "messages": N}, ...],
 *	 "messages": {"total": N, "waited": N, "monitored": N, "accept": {REASON: N, ...},
 *	              "reject": {...}, "tempfail": {...}, "hold": {...}, "would_reject": {...}},
 *	 "dns": {STATUS: N, ...}, "alarms": {ALARM: N, ...}, "log": {"lost": N}}
 *
 * Reasons are named only where they have been counted.  The limit is the one that holds: that of
 * the settings, or what the limit of open files allows; with libmilter, of all listeners together.
 */
#ifndef EXOGATE_STATUS_H
#define EXOGATE_STATUS_H

#include "ledger.h"
#include "settings.h"

/* Of a policy. */
struct status_policy {
	enum policy_mode mode;
	size_t n_tenants, n_monitored; /* the latter by their own mode or by that of all */
	size_t n_domains, n_microsoft_prefixes;
};

struct status_policy status_policy_of(const struct settings *settings);

struct status {
	const char *engine;
	uint64_t uptime_s;
	size_t connections_max;
	struct status_policy policy; /* in force */
	uint64_t loaded_s_ago;
	uint64_t reloads, failed_reloads;
	const struct ledger *ledgers;
	size_t n_ledgers;
};

/* The text ends with a line feed; the caller frees.  NULL without memory. */
char *status_json(const struct status *status);

#endif
