// SPDX-License-Identifier: Apache-2.0
#include "observed.h"

#include <stdlib.h>

#include "escape.h"

/* As often a reader looks again at a row that is being written: its writer may have been killed. */
#define READ_ATTEMPTS 1000

/* What tells one row from another; empty for what is not there. */
struct identity {
	struct span id, originator_org, from_domain;
};

static bool is_observed(const struct session_answer *answer)
{
	return answer->facts && (answer->facts->client_class == FACTS_CLIENT_EXO ||
				 answer->verdict.reason == REASON_CLIENT_UNLISTED);
}

static struct identity identify(const struct facts *facts)
{
	const struct tenant_stamps *stamps = &facts->stamps;
	bool from = facts->from_state == FACTS_FROM_ONE;

	return (struct identity){
		.id = tenant_stamps_id(stamps),
		.originator_org = stamps->originator_org.value,
		.from_domain = from ? domain_span(&facts->from.domain) : SPAN(""),
	};
}

/* Never 0.  Lengths go in, so that no byte can move from one value to the next. */
static uint64_t key_of(const struct identity *who, uint64_t seed)
{
	uint64_t hash = span_hash_nocase(who->id, seed);

	hash = span_hash_nocase(who->originator_org, hash + who->id.len);
	hash = span_hash_nocase(who->from_domain, hash + who->originator_org.len);
	return hash ? hash : 1;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* The row with the key, or else the lightest of its set, of which a free one is. */
static struct observed_slot *find_slot(struct observed *observed, uint64_t key)
{
	size_t n_sets = OBSERVED_ROWS / OBSERVED_WAYS;
	struct observed_slot *set = &observed->slots[(key >> 32) % n_sets * OBSERVED_WAYS];
	struct observed_slot *lightest = set;

	for (struct observed_slot *slot = set; slot < set + OBSERVED_WAYS; slot++) {
		if (slot->row.key == key)
			return slot;
		if (slot->row.weight < lightest->row.weight)
			lightest = slot;
	}
	return lightest;
}

static void replace(struct observed *observed, struct observed_row *row, uint64_t key,
		    const struct identity *who)
{
	if (row->key)
		counters_count(&observed->forgotten);
	*row = (struct observed_row){ .key = key, .weight = row->weight };
	escape_copy(who->id, row->id, sizeof(row->id));
	escape_copy(who->originator_org, row->originator_org, sizeof(row->originator_org));
	escape_copy(who->from_domain, row->from_domain, sizeof(row->from_domain));
}

static bool author_signed(const struct facts *facts, bool passed)
{
	return facts_signed_by(facts, &facts->from.domain, passed) ||
	       facts_signed_by(facts, &facts->stamps.org, passed);
}

static bool author_failed(const struct facts *facts)
{
	const struct domain *signer;
	size_t i = 0;

	while ((signer = facts_next_failed(facts, &i)))
		if (span_eq(domain_span(signer), domain_span(&facts->from.domain)) ||
		    span_eq(domain_span(signer), domain_span(&facts->stamps.org)))
			return true;
	return false;
}

/* Whether From's domain or the stamped one has signed, as an entry for them would count it. */
static enum proof_state signature_of(const struct facts *facts)
{
	if (author_signed(facts, true))
		return PROOF_AGREES;
	if (author_signed(facts, false))
		return PROOF_UNKNOWN;
	return author_failed(facts) ? PROOF_FAILED : PROOF_ABSENT;
}

/* Without a tenant there is nothing to prove, nor of a secret where it has none. */
static void count_proofs(struct observed_row *row, const struct session_answer *answer)
{
	const struct policy_tenant *tenant = answer->verdict.tenant;
	const struct proofs *proofs = &answer->verdict.proofs;

	if (tenant)
		row->proofs[OBSERVED_STAMP][proofs->stamp]++;
	if (tenant && tenant->secret.header.len)
		row->proofs[OBSERVED_SECRET][proofs->secret]++;
	row->proofs[OBSERVED_SIGNATURE][tenant ? proofs->signature : signature_of(answer->facts)]++;
}

static void count(struct observed_row *row, const struct session_answer *answer)
{
	const struct tenant_stamps *stamps = &answer->facts->stamps;
	const struct verdict *verdict = &answer->verdict;

	row->stamps[OBSERVED_ID] += stamps->id.n != 0;
	row->stamps[OBSERVED_ORIGINATOR_ORG] += stamps->originator_org.n != 0;
	row->stamps[OBSERVED_ATTRIBUTED] += stamps->attributed.value.len != 0;
	count_proofs(row, answer);
	row->answers[verdict->reason][counters_outcome_of(verdict)]++;
	row->mode = policy_mode_of(answer->policy, verdict->tenant);
	escape_copy(verdict->tenant ? verdict->tenant->name : SPAN(""), row->tenant,
		    sizeof(row->tenant));
}

void observed_note(struct observed *observed, const struct session_answer *answer, uint64_t now_ns)
{
	struct observed_slot *slot;
	struct identity who;
	uint64_t key;

	if (!is_observed(answer))
		return;
	who = identify(answer->facts);
	key = key_of(&who, observed->seed);
	slot = find_slot(observed, key);
	atomic_fetch_add_explicit(&slot->changing, 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	if (slot->row.key != key)
		replace(observed, &slot->row, key, &who);
	slot->row.weight++;
	slot->row.seen_ns = now_ns;
	count(&slot->row, answer);
	atomic_fetch_add_explicit(&slot->changing, 1, memory_order_release);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* What was written meanwhile makes a copy worthless, and it is made again. */
static bool read_row(const struct observed_slot *slot, struct observed_row *out)
{
	for (int i = 0; i < READ_ATTEMPTS; i++) {
		unsigned int before = atomic_load_explicit(&slot->changing, memory_order_acquire);

		memcpy(out, &slot->row, sizeof(*out));
		atomic_thread_fence(memory_order_acquire);
		if (before % 2 == 0 &&
		    before == atomic_load_explicit(&slot->changing, memory_order_relaxed))
			return out->key != 0;
	}
	return false;
}

size_t observed_read(const struct observed *observed, struct observed_row *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < OBSERVED_ROWS; i++)
		if (atomic_load_explicit(&observed->slots[i].changing, memory_order_relaxed))
			n += read_row(&observed->slots[i], &rows[n]);
	return n;
}

/* --- merging ---------------------------------------------------------------------------------- */

uint64_t observed_messages(const struct observed_row *row)
{
	uint64_t n = 0;

	for (int reason = 0; reason < REASON_N; reason++)
		for (int outcome = 0; outcome < COUNTERS_N_OUTCOMES; outcome++)
			n += row->answers[reason][outcome];
	return n;
}

static void add_all(uint32_t *sums, const uint32_t *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sums[i] += values[i];
}

/* What was last seen says whose the domain is now. */
static void add_row(struct observed_row *sum, const struct observed_row *row)
{
	if (row->seen_ns > sum->seen_ns) {
		memcpy(sum->tenant, row->tenant, sizeof(sum->tenant));
		sum->mode = row->mode;
		sum->seen_ns = row->seen_ns;
	}
	add_all(sum->stamps, row->stamps, OBSERVED_N_STAMPS);
	add_all(&sum->proofs[0][0], &row->proofs[0][0],
		sizeof(row->proofs) / sizeof(row->proofs[0][0]));
	add_all(&sum->answers[0][0], &row->answers[0][0],
		sizeof(row->answers) / sizeof(row->answers[0][0]));
}

static int by_key(const void *a, const void *b)
{
	uint64_t first = ((const struct observed_row *)a)->key;
	uint64_t second = ((const struct observed_row *)b)->key;

	return (first > second) - (first < second);
}

static int by_messages(const void *a, const void *b)
{
	uint64_t first = observed_messages(a), second = observed_messages(b);

	return first == second ? by_key(a, b) : (first < second) - (first > second);
}

size_t observed_merge(struct observed_row *rows, size_t n)
{
	size_t last = 0;

	if (n == 0)
		return 0;
	qsort(rows, n, sizeof(*rows), by_key);
	for (size_t i = 1; i < n; i++) {
		if (rows[i].key == rows[last].key)
			add_row(&rows[last], &rows[i]);
		else if (++last != i)
			rows[last] = rows[i];
	}
	qsort(rows, last + 1, sizeof(*rows), by_messages);
	return last + 1;
}
