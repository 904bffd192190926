// SPDX-License-Identifier: Apache-2.0
#include "fixture_list.h"
#include "harness.h"

#include <errno.h>
#include <string.h>

#define N(table) (sizeof(table) / sizeof((table)[0]))

static const struct fixture_row worldwide[] = {
	{ "52.100.0.0/14", PREFIX_MICROSOFT },	   { "2a01:111:f400::/48", PREFIX_MICROSOFT },
	{ "40.92.0.0/15", PREFIX_MICROSOFT },	   { "198.51.100.0/24", PREFIX_OPERATOR },
	{ "40.95.0.0/16", PREFIX_RELAY_POOL_OFF }, { "40.92.7.0/24", PREFIX_OPERATOR },
};

static void check_prefix(const struct prefix *prefix, const char *wanted)
{
	char text[PREFIX_TEXT_SIZE];

	if (!CHECK(prefix != NULL))
		return;
	prefix_format(prefix, text);
	CHECK_BYTES(text, strlen(text), wanted, strlen(wanted));
}

TEST(sorted_by_family_and_address)
{
	static const char *const wanted[] = { "40.92.0.0/15",	 "40.92.7.0/24",
					      "40.95.0.0/16",	 "52.100.0.0/14",
					      "198.51.100.0/24", "2a01:111:f400::/48" };
	struct list list = fixture_list(worldwide, N(worldwide));

	for (size_t i = 0; i < N(wanted); i++)
		check_prefix(&list.items[i], wanted[i]);
	CHECK_EQ(list.origin.counts[EXOGATE_SOURCE_MICROSOFT], 3);
	CHECK_EQ(list.origin.counts[EXOGATE_SOURCE_OPERATOR], 2);
	CHECK_EQ(list.origin.counts[EXOGATE_SOURCE_RELAY_POOL], 0);
	CHECK_EQ(list.origin.counts[EXOGATE_SOURCE_RELAY_POOL_OFF], 1);
	list_free(&list);
}

/* The version is of Microsoft's part, in whatever order a file has it. */
TEST(version)
{
	static const struct fixture_row other_order[] = {
		{ "2a01:111:f400::/48", PREFIX_MICROSOFT },
		{ "52.100.0.0/14", PREFIX_MICROSOFT },
		{ "40.92.0.0/15", PREFIX_MICROSOFT },
	};
	struct list list = fixture_list(worldwide, N(worldwide));
	struct list same = fixture_list(other_order, N(other_order));
	struct list less = fixture_list(other_order, N(other_order) - 1);

	CHECK_EQ(list.origin.version, same.origin.version);
	CHECK(list.origin.version != less.origin.version);
	list_free(&list);
	list_free(&same);
	list_free(&less);
}

TEST(look_up)
{
	static const struct {
		const char *addr;
		const char *decides, *longest;
		bool admitted;
	} rows[] = {
		{ "40.92.1.1", "40.92.0.0/15", "40.92.0.0/15", true },
		{ "40.92.7.1", "40.92.0.0/15", "40.92.7.0/24", true },
		{ "40.95.1.1", "40.95.0.0/16", "40.95.0.0/16", false },
		{ "198.51.100.255", "198.51.100.0/24", "198.51.100.0/24", true },
		{ "2a01:111:f400:1::", "2a01:111:f400::/48", "2a01:111:f400::/48", true },
		{ "9.9.9.9", NULL, NULL, false },
		{ "2a01:111:f401::", NULL, NULL, false },
		{ "::ffff:40.92.1.1", "40.92.0.0/15", "40.92.0.0/15", true }, /* read as IPv4 */
	};
	struct list list = fixture_list(worldwide, N(worldwide));

	for (size_t i = 0; i < N(rows); i++) {
		struct list_answer answer;
		struct prefix host;

		harness_row("%s", rows[i].addr);
		prefix_parse(rows[i].addr, strlen(rows[i].addr), &host);
		answer = list_look_up(&list, host.family, host.addr);
		CHECK_EQ(list_admits(&list, host.family, host.addr), rows[i].admitted);
		if (!rows[i].decides)
			CHECK(!answer.decides && !answer.longest);
		else {
			check_prefix(answer.decides, rows[i].decides);
			check_prefix(answer.longest, rows[i].longest);
		}
	}
	list_free(&list);
}

TEST(overlaps)
{
	static const struct {
		struct fixture_row rows[3];
		size_t n;
		const char *outer, *inner; /* NULL: none */
		enum prefix_source source;
	} cases[] = {
		{ { { "40.92.0.0/15", PREFIX_MICROSOFT }, { "40.92.0.0/15", PREFIX_OPERATOR } },
		  2,
		  NULL,
		  NULL,
		  PREFIX_MICROSOFT },
		{ { { "40.92.0.0/15", PREFIX_MICROSOFT }, { "40.94.0.0/15", PREFIX_MICROSOFT } },
		  2,
		  NULL,
		  NULL,
		  PREFIX_MICROSOFT },
		{ { { "40.92.0.0/15", PREFIX_MICROSOFT }, { "40.92.0.0/15", PREFIX_MICROSOFT } },
		  2,
		  "40.92.0.0/15",
		  "40.92.0.0/15",
		  PREFIX_MICROSOFT },
		{ { { "40.93.0.0/16", PREFIX_MICROSOFT }, { "40.92.0.0/15", PREFIX_MICROSOFT } },
		  2,
		  "40.92.0.0/15",
		  "40.93.0.0/16",
		  PREFIX_MICROSOFT },
		/* a prefix of another source between them hides nothing */
		{ { { "40.92.0.0/15", PREFIX_OPERATOR },
		    { "40.92.1.0/24", PREFIX_MICROSOFT },
		    { "40.92.2.0/24", PREFIX_OPERATOR } },
		  3,
		  "40.92.0.0/15",
		  "40.92.2.0/24",
		  PREFIX_OPERATOR },
		{ { { "2001:db8::/32", PREFIX_OPERATOR }, { "2001:db8::/48", PREFIX_OPERATOR } },
		  2,
		  "2001:db8::/32",
		  "2001:db8::/48",
		  PREFIX_OPERATOR },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct list list = fixture_list(cases[i].rows, cases[i].n);
		const struct prefix *outer, *inner;
		bool found = list_find_overlap(&list, cases[i].source, &outer, &inner);

		harness_row("case %zu", i);
		if (CHECK_EQ(found, cases[i].outer != NULL) && cases[i].outer) {
			check_prefix(outer, cases[i].outer);
			check_prefix(inner, cases[i].inner);
		}
		list_free(&list);
	}
}

/* Merging takes out all overlaps and changes no answer. */
TEST(merging_changes_no_answer)
{
	for (int round = 0; round < 100; round++) {
		uint8_t family = round % 2 ? 4 : 6;
		struct list list = fixture_random_list(1 + fixture_random(24), family);
		struct list merged = { 0 };
		const struct prefix *outer, *inner;

		CHECK_EQ(list_add_sources(&merged, &list, ~0u), 0);
		list_sort(&merged);
		list_merge(&merged);
		harness_row("round %d", round);
		for (unsigned source = PREFIX_MICROSOFT; source < PREFIX_SOURCE_N; source++)
			CHECK(!list_find_overlap(&merged, source, &outer, &inner));
		for (int i = 0; i < 200; i++) {
			uint8_t addr[16];
			const struct prefix *before, *after;

			fixture_random_address(&list, family, addr);
			before = list_look_up(&list, family, addr).decides;
			after = list_look_up(&merged, family, addr).decides;
			CHECK_EQ(after ? after->source : 0, before ? before->source : 0);
		}
		list_free(&list);
		list_free(&merged);
	}
}

TEST(chosen_sources)
{
	struct list list = fixture_list(worldwide, N(worldwide)), chosen = { 0 };

	CHECK_EQ(list_add_sources(&chosen, &list, 1u << PREFIX_OPERATOR), 0);
	CHECK_EQ(chosen.n, 2);
	check_prefix(&chosen.items[0], "40.92.7.0/24");
	check_prefix(&chosen.items[1], "198.51.100.0/24");
	list_free(&list);
	list_free(&chosen);
}

TEST(walk)
{
	static const struct {
		uint8_t family;
		unsigned sources;
		const char *wanted[5];
	} rows[] = {
		{ 4, LIST_ADMITTED, { "40.92.0.0/15", "52.100.0.0/14", "198.51.100.0/24" } },
		{ 6, LIST_ADMITTED, { "2a01:111:f400::/48" } },
		{ 4, 1u << PREFIX_OPERATOR, { "40.92.7.0/24", "198.51.100.0/24" } },
		{ 6, 1u << PREFIX_OPERATOR, { NULL } },
		{ 4, ~0u, { "40.92.0.0/15", "40.95.0.0/16", "52.100.0.0/14", "198.51.100.0/24" } },
	};
	struct list list = fixture_list(worldwide, N(worldwide));

	for (size_t i = 0; i < N(rows); i++) {
		struct list_walk walk = { .list = &list,
					  .family = rows[i].family,
					  .sources = rows[i].sources };

		harness_row("row %zu", i);
		for (size_t k = 0; rows[i].wanted[k]; k++)
			check_prefix(list_walk_next(&walk), rows[i].wanted[k]);
		CHECK(!list_walk_next(&walk));
	}
	list_free(&list);
}

TEST(families)
{
	static const struct fixture_row rows[] = { { "40.95.0.0/16", PREFIX_RELAY_POOL_OFF },
						   { "2001:db8::/32", PREFIX_OPERATOR } };
	struct list list = fixture_list(rows, N(rows));

	CHECK(!list_has_family(&list, 4)); /* the relay pool is not admitted */
	CHECK(list_has_family(&list, 6));
	list_free(&list);
}

TEST(the_most_prefixes)
{
	struct prefix prefix = { .family = 4, .length = 32, .source = PREFIX_OPERATOR };
	struct list list = { 0 };

	for (unsigned i = 0; i < LIST_PREFIXES_MAX; i++) {
		prefix.addr[1] = (uint8_t)(i >> 16);
		prefix.addr[2] = (uint8_t)(i >> 8);
		prefix.addr[3] = (uint8_t)i;
		if (list_add(&list, &prefix, 1))
			break;
	}
	CHECK_EQ(list.n, LIST_PREFIXES_MAX);
	CHECK_EQ(list_add(&list, &prefix, 1), -1);
	CHECK_EQ(errno, E2BIG);
	CHECK_EQ(list.n, LIST_PREFIXES_MAX);
	list_free(&list);
}

HARNESS_MAIN
