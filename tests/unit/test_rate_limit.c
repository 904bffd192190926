// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "rate_limit.h"

#define SECOND 1000000000ull
#define MINUTE (60 * SECOND)
#define HOUR   (3600 * SECOND)

/* Some time after the clock's start. */
#define NOW (1000 * HOUR)

static struct rate_limits *limits_new(void)
{
	struct rate_limits *limits = rate_limits_new(1);

	CHECK(limits);
	return limits;
}

static struct policy_tenant tenant_with(enum policy_rate rate, uint32_t limit)
{
	struct policy_tenant tenant = { .name = SPAN("contoso") };

	tenant.rates[rate] = limit;
	return tenant;
}

/* How many of so many messages pass at once. */
static unsigned int pass(struct rate_limits *limits, const struct policy_tenant *tenant,
			 unsigned int n, uint64_t now)
{
	unsigned int passed = 0;

	for (unsigned int i = 0; i < n; i++)
		passed += rate_limits_admit(limits, tenant, 1, now);
	return passed;
}

TEST(nothing_is_counted_without_a_limit)
{
	struct policy_tenant tenant = { .name = SPAN("contoso") };
	struct rate_limits *limits = limits_new();

	CHECK_EQ(pass(limits, &tenant, 100000, NOW), 100000);
	rate_limits_free(limits);
}

TEST(as_many_as_the_limit_pass_at_once)
{
	struct policy_tenant tenant = tenant_with(POLICY_RATE_MESSAGES_MINUTE, 7);
	struct rate_limits *limits = limits_new();

	CHECK_EQ(pass(limits, &tenant, 20, NOW), 7);
	rate_limits_free(limits);
}

/* 60 in a minute: one a second. */
TEST(buckets_refill_evenly)
{
	struct policy_tenant tenant = tenant_with(POLICY_RATE_MESSAGES_MINUTE, 60);
	struct rate_limits *limits = limits_new();

	CHECK_EQ(pass(limits, &tenant, 100, NOW), 60);
	CHECK_EQ(pass(limits, &tenant, 1, NOW + SECOND - 1), 0);
	CHECK_EQ(pass(limits, &tenant, 5, NOW + SECOND), 1);
	CHECK_EQ(pass(limits, &tenant, 5, NOW + 3 * SECOND), 2);
	CHECK_EQ(pass(limits, &tenant, 100, NOW + 3 * SECOND + MINUTE), 60);
	rate_limits_free(limits);
}

TEST(no_minute_has_more_than_twice_the_limit)
{
	struct policy_tenant tenant = tenant_with(POLICY_RATE_MESSAGES_MINUTE, 60);
	struct rate_limits *limits = limits_new();
	unsigned int passed = 0;

	for (unsigned int s = 0; s < 60; s++)
		passed += pass(limits, &tenant, 10, NOW + s * SECOND);
	CHECK_EQ(passed, 60 + 59);
	rate_limits_free(limits);
}

TEST(an_hour_is_an_hour)
{
	struct policy_tenant tenant = tenant_with(POLICY_RATE_MESSAGES_HOUR, 3600);
	struct rate_limits *limits = limits_new();

	CHECK_EQ(pass(limits, &tenant, 5000, NOW), 3600);
	CHECK_EQ(pass(limits, &tenant, 100, NOW + MINUTE), 60);
	rate_limits_free(limits);
}

TEST(recipients_count_each)
{
	struct policy_tenant tenant = tenant_with(POLICY_RATE_RECIPIENTS_MINUTE, 100);
	struct rate_limits *limits = limits_new();

	CHECK(rate_limits_admit(limits, &tenant, 60, NOW));
	CHECK(!rate_limits_admit(limits, &tenant, 41, NOW));
	CHECK(rate_limits_admit(limits, &tenant, 40, NOW));
	CHECK(!rate_limits_admit(limits, &tenant, 1, NOW));
	rate_limits_free(limits);
}

/* It would be put off for ever. */
TEST(more_recipients_than_the_limit_take_a_full_bucket)
{
	struct policy_tenant tenant = tenant_with(POLICY_RATE_RECIPIENTS_MINUTE, 10);
	struct rate_limits *limits = limits_new();

	CHECK(rate_limits_admit(limits, &tenant, 1, NOW));
	CHECK(!rate_limits_admit(limits, &tenant, 1000, NOW));
	CHECK(rate_limits_admit(limits, &tenant, 1000, NOW + MINUTE));
	CHECK(!rate_limits_admit(limits, &tenant, 1, NOW + MINUTE));
	CHECK(rate_limits_admit(limits, &tenant, 1000000, NOW + 2 * MINUTE));
	rate_limits_free(limits);
}

/* What one bucket refuses another has not paid for. */
TEST(who_is_put_off_uses_nothing_up)
{
	struct policy_tenant tenant = tenant_with(POLICY_RATE_MESSAGES_HOUR, 10);
	struct rate_limits *limits = limits_new();

	tenant.rates[POLICY_RATE_RECIPIENTS_HOUR] = 5;
	CHECK(rate_limits_admit(limits, &tenant, 5, NOW));
	CHECK_EQ(pass(limits, &tenant, 1000, NOW), 0);
	tenant.rates[POLICY_RATE_RECIPIENTS_HOUR] = 0;
	CHECK_EQ(pass(limits, &tenant, 100, NOW), 9);
	rate_limits_free(limits);
}

TEST(tenants_have_buckets_of_their_own)
{
	struct policy_tenant one = tenant_with(POLICY_RATE_MESSAGES_MINUTE, 3), other = one;
	struct rate_limits *limits = limits_new();

	other.name = SPAN("fabrikam");
	CHECK_EQ(pass(limits, &one, 10, NOW), 3);
	CHECK_EQ(pass(limits, &other, 10, NOW), 3);
	rate_limits_free(limits);
}

/* As after a reload, which makes the tenant anew. */
TEST(names_keep_their_buckets)
{
	struct policy_tenant before = tenant_with(POLICY_RATE_MESSAGES_MINUTE, 10), after = before;
	char name[] = "contoso";
	struct rate_limits *limits = limits_new();

	after.name = span_of_string(name);
	after.rates[POLICY_RATE_MESSAGES_MINUTE] = 20;
	CHECK_EQ(pass(limits, &before, 100, NOW), 10);
	CHECK_EQ(pass(limits, &after, 100, NOW), 0);
	CHECK_EQ(pass(limits, &after, 100, NOW + 3 * SECOND), 1);
	rate_limits_free(limits);
}

/* More names than slots, each full again by the next round: none is taken for another. */
TEST(idle_slots_are_taken_over)
{
	struct policy_tenant tenant = tenant_with(POLICY_RATE_MESSAGES_MINUTE, 2);
	struct rate_limits *limits = limits_new();
	uint64_t now = NOW;
	char name[16];

	for (unsigned int i = 0; i < 3 * RATE_LIMIT_SLOTS_MIN; i++, now += MINUTE) {
		snprintf(name, sizeof(name), "tenant%u", i);
		tenant.name = span_of_string(name);
		CHECK_EQ(pass(limits, &tenant, 3, now), 2);
	}
	rate_limits_free(limits);
}

/* Of more than there is room for, some share: they are put off the sooner, never let through. */
TEST(beyond_its_memory_it_errs_on_the_strict_side)
{
	struct policy_tenant tenant = tenant_with(POLICY_RATE_MESSAGES_HOUR, 2);
	struct rate_limits *limits = limits_new();
	unsigned int passed = 0, n = 3 * RATE_LIMIT_SLOTS_MIN;
	char name[16];

	for (unsigned int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "tenant%u", i);
		tenant.name = span_of_string(name);
		passed += pass(limits, &tenant, 3, NOW);
	}
	CHECK(passed <= 2 * RATE_LIMIT_SLOTS_MIN);
	CHECK(passed > RATE_LIMIT_SLOTS_MIN);
	rate_limits_free(limits);
}

/* --- at once ---------------------------------------------------------------------------------- */

#define THREADS 4
#define EACH	20000u

struct crowd {
	struct rate_limits *limits;
	struct policy_tenant tenant;
	unsigned int passed;
};

static void *push(void *arg)
{
	struct crowd *crowd = arg;

	crowd->passed = pass(crowd->limits, &crowd->tenant, EACH, NOW);
	return NULL;
}

TEST(threads_share_one_bucket)
{
	struct rate_limits *limits = limits_new();
	struct crowd crowds[THREADS];
	pthread_t threads[THREADS];
	unsigned int passed = 0;

	for (int i = 0; i < THREADS; i++) {
		crowds[i] = (struct crowd){
			.limits = limits,
			.tenant = tenant_with(POLICY_RATE_MESSAGES_HOUR, 30000),
		};
		CHECK_EQ(pthread_create(&threads[i], NULL, push, &crowds[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		passed += crowds[i].passed;
	}
	CHECK_EQ(passed, 30000);
	rate_limits_free(limits);
}

TEST(processes_share_one_bucket)
{
	struct policy_tenant tenant = tenant_with(POLICY_RATE_MESSAGES_HOUR, 100);
	struct rate_limits *limits = limits_new();
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit((int)pass(limits, &tenant, 60, NOW));
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 60);
	CHECK_EQ(pass(limits, &tenant, 100, NOW), 40);
	rate_limits_free(limits);
}

HARNESS_MAIN
