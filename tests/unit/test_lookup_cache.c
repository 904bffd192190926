// SPDX-License-Identifier: Apache-2.0
#include "lookup_cache.h"

#include <stdio.h>

#include "clock.h"
#include "harness.h"

static struct lookup_cache cache;

static void settle(struct lookup *l, enum dns_status status, uint32_t ttl_s, uint64_t now_ns)
{
	struct dns_answer answer = { .status = status, .ttl_s = ttl_s };

	if (status == DNS_FOUND)
		answer.texts[answer.n++] = SPAN("text");
	lookup_cache_settle(&cache, l, &answer, now_ns);
}

static struct lookup *add(const char *name)
{
	return lookup_cache_add(&cache, span_of_string(name), cache.questions_max);
}

static struct lookup *find(const char *name, uint64_t now_ns)
{
	return lookup_cache_find(&cache, span_of_string(name), now_ns);
}

TEST(a_question_is_found_before_it_has_an_answer)
{
	struct lookup *l;

	CHECK(lookup_cache_open(&cache, 4, 1));
	CHECK(!find("a.example", 0));
	l = add("a.example");
	CHECK(l && find("a.example", UINT64_MAX) == l && !l->settled);
	CHECK(!find("b.example", 0));
	lookup_cache_close(&cache);
}

TEST(an_answer_is_a_copy_and_holds_for_its_time)
{
	char text[] = "v=DKIM1";
	struct dns_answer answer = { .status = DNS_FOUND, .ttl_s = 10, .n = 2 };
	struct lookup *l;

	CHECK(lookup_cache_open(&cache, 4, 1));
	answer.texts[0] = span_of(text, 7);
	answer.texts[1] = span_of(text, 1);
	l = add("a.example");
	lookup_cache_settle(&cache, l, &answer, 5 * CLOCK_SECOND_NS);
	memset(text, 'x', sizeof(text));
	CHECK(find("a.example", 15 * CLOCK_SECOND_NS - 1) == l);
	CHECK_EQ(l->answer.n, 2);
	CHECK_BYTES(l->answer.texts[0].p, l->answer.texts[0].len, "v=DKIM1", 7);
	CHECK_BYTES(l->answer.texts[1].p, l->answer.texts[1].len, "v", 1);
	CHECK(!find("a.example", 15 * CLOCK_SECOND_NS));
	lookup_cache_close(&cache);
}

static const struct {
	enum dns_status status;
	uint32_t ttl_s, kept_s;
} kept[] = {
	{ DNS_FOUND, 300, 300 },
	{ DNS_FOUND, 0, 0 },
	{ DNS_FOUND, 0x7fffffff, LOOKUP_TTL_MAX_S },
	{ DNS_NO_NAME, 60, 60 },
	{ DNS_NO_NAME, 86400, LOOKUP_NEGATIVE_TTL_MAX_S },
	{ DNS_NO_DATA, 86400, LOOKUP_NEGATIVE_TTL_MAX_S },
	{ DNS_FAILED, 0, LOOKUP_FAILED_TTL_S },
	{ DNS_UNREADABLE, 86400, LOOKUP_FAILED_TTL_S },
};

TEST(how_long_an_answer_is_kept)
{
	CHECK(lookup_cache_open(&cache, 1, 1));
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		struct lookup *l = add("a.example");

		harness_row("row %zu", i);
		settle(l, kept[i].status, kept[i].ttl_s, 0);
		CHECK_EQ(l->expires_ns / CLOCK_SECOND_NS, kept[i].kept_s);
		CHECK(!find("a.example", l->expires_ns));
	}
	lookup_cache_close(&cache);
}

TEST(the_least_recently_used_makes_room)
{
	CHECK(lookup_cache_open(&cache, 3, 1));
	settle(add("a.example"), DNS_FOUND, 60, 0);
	settle(add("b.example"), DNS_FOUND, 60, 0);
	settle(add("c.example"), DNS_NO_NAME, 60, 0);
	CHECK(find("a.example", 0));
	settle(add("d.example"), DNS_FOUND, 60, 0);
	CHECK(find("a.example", 0));
	CHECK(!find("b.example", 0));
	CHECK(find("c.example", 0));
	lookup_cache_close(&cache);
}

/* However often it is asked for: others' servers that fail are no reason to ask again. */
TEST(a_failure_makes_room_first)
{
	static const enum dns_status failures[] = { DNS_FAILED, DNS_UNREADABLE };

	for (size_t i = 0; i < 2; i++) {
		CHECK(lookup_cache_open(&cache, 3, 1));
		settle(add("a.example"), DNS_FOUND, 60, 0);
		settle(add("b.example"), DNS_NO_NAME, 60, 0);
		settle(add("fails.example"), failures[i], 0, 0);
		CHECK(find("fails.example", 0));
		settle(add("c.example"), DNS_FOUND, 60, 0);
		CHECK(find("a.example", 0) && find("b.example", 0) && find("c.example", 0));
		CHECK(!find("fails.example", 0));
		lookup_cache_close(&cache);
	}
}

TEST(failures_push_out_one_answer_at_most)
{
	char name[32];
	int n = 0;

	CHECK(lookup_cache_open(&cache, 10, 1));
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "%d.example", i);
		settle(add(name), i < 10 ? DNS_FOUND : DNS_FAILED, 60, 0);
	}
	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "%d.example", i);
		n += find(name, 0) != NULL;
	}
	CHECK_EQ(n, 9);
	CHECK(find("29.example", 0));
	lookup_cache_close(&cache);
}

/* Who waits pushes out nothing that is known. */
TEST(questions_have_a_bound_of_their_own)
{
	CHECK(lookup_cache_open(&cache, 2, 3));
	settle(add("a.example"), DNS_FOUND, 60, 0);
	settle(add("b.example"), DNS_FOUND, 60, 0);
	CHECK(lookup_cache_add(&cache, SPAN("c.example"), 1));
	CHECK(!lookup_cache_add(&cache, SPAN("d.example"), 1));
	CHECK(lookup_cache_add(&cache, SPAN("d.example"), 2));
	CHECK(add("e.example"));
	CHECK(!add("f.example"));
	CHECK(find("a.example", 0) && find("b.example", 0) && find("c.example", 0));
	settle(find("c.example", 0), DNS_FOUND, 60, 0);
	CHECK(!find("a.example", 0));
	CHECK(add("f.example"));
	CHECK(!add("g.example"));
	lookup_cache_close(&cache);
}

static const char *name_of_surplus(size_t questions_max)
{
	const struct lookup *surplus = lookup_cache_surplus(&cache, questions_max);

	return surplus ? surplus->name : "";
}

TEST(who_waits_no_longer_makes_room)
{
	CHECK(lookup_cache_open(&cache, 2, 3));
	add("a.example");
	lookup_cache_abandon(&cache, add("b.example"));
	lookup_cache_abandon(&cache, find("a.example", 0));
	CHECK(!strcmp(name_of_surplus(3), ""));
	CHECK(add("c.example"));
	CHECK(!strcmp(name_of_surplus(1), ""));
	CHECK(!strcmp(name_of_surplus(2), "b.example"));
	CHECK(!add("d.example"));
	lookup_cache_drop(&cache, find("b.example", 0));
	CHECK(!find("b.example", 0) && find("a.example", 0) && find("c.example", 0));
	CHECK(add("d.example"));
	CHECK(!strcmp(name_of_surplus(3), "a.example"));
	lookup_cache_close(&cache);
}

TEST(an_abandoned_question_gets_its_answer)
{
	CHECK(lookup_cache_open(&cache, 2, 1));
	lookup_cache_abandon(&cache, add("a.example"));
	settle(find("a.example", 0), DNS_FOUND, 60, 0);
	CHECK(find("a.example", 0)->settled);
	CHECK(!strcmp(name_of_surplus(1), ""));
	CHECK(add("b.example"));
	CHECK(!add("c.example"));
	lookup_cache_close(&cache);
}

/* It is then the one that was asked last, and counts as others do. */
TEST(an_abandoned_question_is_waited_for_again)
{
	struct lookup *a;

	CHECK(lookup_cache_open(&cache, 2, 2));
	lookup_cache_abandon(&cache, a = add("a.example"));
	CHECK(add("b.example"));
	CHECK(!lookup_cache_resume(&cache, a, 1));
	CHECK(!strcmp(name_of_surplus(2), "a.example"));
	CHECK(lookup_cache_resume(&cache, a, 2));
	CHECK(!strcmp(cache.questions.newest->name, "a.example"));
	CHECK(!strcmp(name_of_surplus(2), ""));
	CHECK(!add("c.example"));
	lookup_cache_close(&cache);
}

/* What is being read has to stay, though there are more answers than should be. */
TEST(answers_in_use_stay)
{
	struct lookup *read;

	CHECK(lookup_cache_open(&cache, 1, 1));
	read = add("a.example");
	settle(read, DNS_FOUND, 0, 0);
	read->in_use = true;
	settle(add("b.example"), DNS_FOUND, 60, 0);
	CHECK(!add("c.example"));
	CHECK(find("a.example", 1) == read);
	read->in_use = false;
	CHECK(!find("a.example", 1));
	CHECK(find("b.example", 0));
	settle(add("c.example"), DNS_FOUND, 60, 0);
	CHECK(!find("b.example", 0));
	lookup_cache_close(&cache);
}

TEST(many_names)
{
	char name[32];

	CHECK(lookup_cache_open(&cache, 100, 1));
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "%d.example", i);
		settle(add(name), DNS_FOUND, 60, 0);
	}
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "%d.example", i);
		CHECK(!find(name, 0) == (i < 900));
	}
	lookup_cache_close(&cache);
}

HARNESS_MAIN
