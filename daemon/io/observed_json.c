// SPDX-License-Identifier: Apache-2.0
#include "observed_json.h"

#include <jansson.h>
#include <stdlib.h>

#include "clock.h"
#include "json_line.h"

static json_t *stamps_of(const struct observed_row *row)
{
	return json_pack("{s:o, s:o, s:o}", "tenant-id", json_number(row->stamps[OBSERVED_ID]),
			 "originator-org", json_number(row->stamps[OBSERVED_ORIGINATOR_ORG]),
			 "attributed", json_number(row->stamps[OBSERVED_ATTRIBUTED]));
}

static json_t *states_of(const uint32_t *states)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "absent", json_number(states[PROOF_ABSENT]),
			 "agree", json_number(states[PROOF_AGREES]), "conflict",
			 json_number(states[PROOF_CONFLICTS]), "unknown",
			 json_number(states[PROOF_UNKNOWN]), "failed",
			 json_number(states[PROOF_FAILED]));
}

static json_t *answers_with(const struct observed_row *row, enum counters_outcome outcome)
{
	json_t *reasons = json_object();

	for (int i = 0; i < REASON_N; i++)
		if (row->answers[i][outcome])
			json_object_set_new(reasons, reason_word((enum reason)i).p,
					    json_number(row->answers[i][outcome]));
	return reasons;
}

static json_t *row_json(const struct observed_row *row, uint64_t now_ns)
{
	uint64_t ago_ns = now_ns > row->seen_ns ? now_ns - row->seen_ns : 0;
	json_t *json = json_pack("{s:s?, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:{s:o, s:o, s:o}}",
				 "tenant", row->tenant[0] ? row->tenant : NULL, "mode",
				 policy_mode_word(row->mode), "tenant_id", row->id,
				 "originator_org", row->originator_org, "from_domain",
				 row->from_domain, "messages", json_number(observed_messages(row)),
				 "last_seen_s_ago", json_number(ago_ns / CLOCK_SECOND_NS), "stamps",
				 stamps_of(row), "proofs", "stamp",
				 states_of(row->proofs[OBSERVED_STAMP]), "signature",
				 states_of(row->proofs[OBSERVED_SIGNATURE]), "secret",
				 states_of(row->proofs[OBSERVED_SECRET]));

	for (int i = 0; i < COUNTERS_N_OUTCOMES; i++)
		json_object_set_new(json, counters_outcome_word((enum counters_outcome)i),
				    answers_with(row, (enum counters_outcome)i));
	return json;
}

/* All rows of all ledgers, merged; NULL without memory. */
static struct observed_row *collect(const struct ledger *ledgers, size_t n_ledgers, size_t *n)
{
	struct observed_row *rows = calloc(n_ledgers * OBSERVED_ROWS, sizeof(*rows));

	*n = 0;
	for (size_t i = 0; rows && i < n_ledgers; i++)
		*n += observed_read(&ledgers[i].observed, &rows[*n]);
	if (rows)
		*n = observed_merge(rows, *n);
	return rows;
}

char *observed_json(const struct ledger *ledgers, size_t n_ledgers, uint64_t now_ns)
{
	uint64_t forgotten = 0;
	size_t n;
	struct observed_row *rows = collect(ledgers, n_ledgers, &n);
	json_t *tenants;

	if (!rows)
		return NULL;
	tenants = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(tenants, row_json(&rows[i], now_ns));
	free(rows);
	for (size_t i = 0; i < n_ledgers; i++)
		forgotten +=
			atomic_load_explicit(&ledgers[i].observed.forgotten, memory_order_relaxed);
	return json_line(
		json_pack("{s:o, s:o}", "forgotten", json_number(forgotten), "tenants", tenants));
}
