// SPDX-License-Identifier: Apache-2.0
#include "rate_limit.h"

#include <stdatomic.h>
#include <sys/mman.h>

#include "clock.h"

/*
 * A bucket as one number (the generic cell rate algorithm, ITU-T I.371): when it will be full
 * again.  Up to now it is full, and a bucket is empty that will be full in one period.
 */
typedef _Atomic uint64_t bucket;

struct slot {
	_Atomic uint64_t tenant; /* hash of its name, never 0; 0: free */
	bucket buckets[POLICY_RATES];
};

struct rate_limits {
	size_t n_slots; /* a power of two */
	struct slot slots[];
};

static const uint64_t periods_ns[POLICY_RATES] = {
	[POLICY_RATE_MESSAGES_MINUTE] = 60 * CLOCK_SECOND_NS,
	[POLICY_RATE_MESSAGES_HOUR] = 3600 * CLOCK_SECOND_NS,
	[POLICY_RATE_RECIPIENTS_MINUTE] = 60 * CLOCK_SECOND_NS,
	[POLICY_RATE_RECIPIENTS_HOUR] = 3600 * CLOCK_SECOND_NS,
};

static size_t size_of(size_t n_slots)
{
	return sizeof(struct rate_limits) + n_slots * sizeof(struct slot);
}

struct rate_limits *rate_limits_new(size_t n_tenants)
{
	size_t n_slots = RATE_LIMIT_SLOTS_MIN;
	struct rate_limits *limits;

	while (n_slots < 2 * n_tenants)
		n_slots *= 2;
	limits = mmap(NULL, size_of(n_slots), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (limits == MAP_FAILED)
		return NULL;
	limits->n_slots = n_slots;
	return limits;
}

void rate_limits_free(struct rate_limits *limits)
{
	if (limits)
		munmap(limits, size_of(limits->n_slots));
}

/* --- slots ------------------------------------------------------------------------------------ */

static bool is_idle(struct slot *slot, uint64_t now_ns)
{
	for (size_t i = 0; i < POLICY_RATES; i++)
		if (atomic_load_explicit(&slot->buckets[i], memory_order_relaxed) > now_ns)
			return false;
	return true;
}

/* The tenant's slot, or else the first that may be taken over; NULL if there is neither. */
static struct slot *look_for(struct rate_limits *limits, uint64_t tenant, uint64_t now_ns)
{
	struct slot *first_idle = NULL;

	for (size_t i = 0; i < RATE_LIMIT_PROBES; i++) {
		struct slot *slot = &limits->slots[(tenant + i) & (limits->n_slots - 1)];

		if (atomic_load_explicit(&slot->tenant, memory_order_relaxed) == tenant)
			return slot;
		if (!first_idle && is_idle(slot, now_ns))
			first_idle = slot;
	}
	return first_idle;
}

/* Full buckets are the state of whoever comes new: to take a slot over is to write the name. */
static struct slot *slot_of(struct rate_limits *limits, struct span name, uint64_t now_ns)
{
	uint64_t tenant = span_hash_nocase(name, 0) | 1, before;
	struct slot *slot;

	while ((slot = look_for(limits, tenant, now_ns))) {
		before = atomic_load_explicit(&slot->tenant, memory_order_relaxed);
		if (before == tenant)
			return slot;
		if (is_idle(slot, now_ns) &&
		    atomic_compare_exchange_strong(&slot->tenant, &before, tenant))
			return slot;
	}
	return &limits->slots[tenant & (limits->n_slots - 1)];
}

/* --- buckets ---------------------------------------------------------------------------------- */

static uint64_t cost_of(enum policy_rate rate, uint32_t limit, uint32_t n_rcpts)
{
	bool by_recipients = rate == POLICY_RATE_RECIPIENTS_MINUTE ||
			     rate == POLICY_RATE_RECIPIENTS_HOUR;
	uint64_t n = by_recipients ? n_rcpts : 1;

	return n < limit ? periods_ns[rate] / limit * n : periods_ns[rate];
}

static bool take(bucket *b, uint64_t cost_ns, uint64_t period_ns, uint64_t now_ns)
{
	uint64_t full_ns = atomic_load_explicit(b, memory_order_relaxed), from_ns;

	do {
		from_ns = full_ns > now_ns ? full_ns : now_ns;
		if (from_ns + cost_ns - now_ns > period_ns)
			return false;
	} while (!atomic_compare_exchange_weak_explicit(
		b, &full_ns, from_ns + cost_ns, memory_order_relaxed, memory_order_relaxed));
	return true;
}

static void give_back(struct slot *slot, const struct policy_tenant *tenant, uint32_t n_rcpts,
		      size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (tenant->rates[i])
			atomic_fetch_sub_explicit(&slot->buckets[i],
						  cost_of((enum policy_rate)i, tenant->rates[i],
							  n_rcpts),
						  memory_order_relaxed);
}

static bool is_limited(const struct policy_tenant *tenant)
{
	for (size_t i = 0; i < POLICY_RATES; i++)
		if (tenant->rates[i])
			return true;
	return false;
}

bool rate_limits_admit(struct rate_limits *limits, const struct policy_tenant *tenant,
		       uint32_t n_rcpts, uint64_t now_ns)
{
	struct slot *slot;

	if (!is_limited(tenant))
		return true;
	slot = slot_of(limits, tenant->name, now_ns);
	for (size_t i = 0; i < POLICY_RATES; i++) {
		uint32_t limit = tenant->rates[i];

		if (!limit || take(&slot->buckets[i], cost_of((enum policy_rate)i, limit, n_rcpts),
				   periods_ns[i], now_ns))
			continue;
		give_back(slot, tenant, n_rcpts, i);
		return false;
	}
	return true;
}

static bool admit_now(void *limits, const struct policy_tenant *tenant, uint32_t n_rcpts)
{
	return rate_limits_admit(limits, tenant, n_rcpts, clock_monotonic_ns());
}

struct session_limiter rate_limits_limiter(struct rate_limits *limits)
{
	return (struct session_limiter){ admit_now, limits };
}
