// SPDX-License-Identifier: Apache-2.0
#include "harness.h"
#include "prefix.h"

#include <string.h>

#define N(table) (sizeof(table) / sizeof((table)[0]))

static int parse(const char *text, struct prefix *out)
{
	size_t len = strlen(text);

	return prefix_parse(guarded(text, len), len, out);
}

static struct prefix prefix_of(const char *text, enum prefix_source source)
{
	struct prefix prefix = { 0 };

	CHECK_EQ(parse(text, &prefix), PREFIX_OK);
	prefix.source = source;
	return prefix;
}

static void check_text(const struct prefix *prefix, const char *wanted)
{
	char text[PREFIX_TEXT_SIZE];

	prefix_format(prefix, text);
	CHECK_BYTES(text, strlen(text), wanted, strlen(wanted));
}

/* Every row reads as the canonical text, and that reads as itself. */
TEST(parse_accepts)
{
	static const struct {
		const char *text;
		const char *canonical;
		int family;
	} rows[] = {
		{ "40.92.0.0/15", "40.92.0.0/15", 4 },
		{ "0.0.0.0/0", "0.0.0.0/0", 4 },
		{ "255.255.255.255/32", "255.255.255.255/32", 4 },
		{ "192.0.2.1", "192.0.2.1/32", 4 },
		{ "128.0.0.0/1", "128.0.0.0/1", 4 },
		{ "2a01:111:f400::/48", "2a01:111:f400::/48", 6 },
		{ "2A01:0111:F400:0:0:0:0:0/48", "2a01:111:f400::/48", 6 },
		{ "::/0", "::/0", 6 },
		{ "::1", "::1/128", 6 },
		{ "2001:db8::/127", "2001:db8::/127", 6 },
		{ "fedc:ba98:7654:3210:fedc:ba98:7654:3210/128",
		  "fedc:ba98:7654:3210:fedc:ba98:7654:3210/128", 6 },
		{ "::ffff:192.0.2.0/120", "192.0.2.0/24", 4 },
		{ "::ffff:c000:201", "192.0.2.1/32", 4 },
		{ "::ffff:0.0.0.0/96", "0.0.0.0/0", 4 },
		{ "::fffe:192.0.2.1/128", "::fffe:c000:201/128", 6 },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct prefix prefix = { 0 }, again = { 0 };

		harness_row("%s", rows[i].text);
		CHECK_EQ(parse(rows[i].text, &prefix), PREFIX_OK);
		CHECK_EQ(prefix.family, rows[i].family);
		CHECK_EQ(prefix.source, PREFIX_MICROSOFT);
		check_text(&prefix, rows[i].canonical);
		CHECK_EQ(parse(rows[i].canonical, &again), PREFIX_OK);
		CHECK_BYTES(&again, sizeof(again), &prefix, sizeof(prefix));
	}
}

TEST(parse_refuses_and_leaves_the_output)
{
	static const struct {
		const char *text;
		int error;
	} rows[] = {
		{ "", PREFIX_EADDRESS },
		{ "/", PREFIX_EADDRESS },
		{ "/8", PREFIX_EADDRESS },
		{ "40.92.0/15", PREFIX_EADDRESS },
		{ "40.92.0.0.0/15", PREFIX_EADDRESS },
		{ "040.92.0.0/15", PREFIX_EADDRESS },
		{ "256.0.0.0/8", PREFIX_EADDRESS },
		{ " 40.92.0.0/15", PREFIX_EADDRESS },
		{ "example.net/8", PREFIX_EADDRESS },
		{ "2a01::f400::/48", PREFIX_EADDRESS },
		{ "fe80::1%eth0/64", PREFIX_EADDRESS },
		{ "1:2:3:4:5:6:7:8:9/64", PREFIX_EADDRESS },
		{ "fedc:ba98:7654:3210:fedc:ba98:7654:3210:fedc:ba98/64", PREFIX_EADDRESS },
		{ "40.92.0.0/", PREFIX_ELENGTH },
		{ "40.92.0.0/33", PREFIX_ELENGTH },
		{ "40.92.0.0/015", PREFIX_ELENGTH },
		{ "40.92.0.0/-1", PREFIX_ELENGTH },
		{ "40.92.0.0/+8", PREFIX_ELENGTH },
		{ "40.92.0.0/1x", PREFIX_ELENGTH },
		{ "40.92.0.0/15 ", PREFIX_ELENGTH },
		{ "40.92.0.0/15/15", PREFIX_ELENGTH },
		{ "40.92.0.0/4294967311", PREFIX_ELENGTH },
		{ "::/129", PREFIX_ELENGTH },
		{ "40.93.0.0/15", PREFIX_EHOST },
		{ "40.92.0.1/31", PREFIX_EHOST },
		{ "0.0.0.1/0", PREFIX_EHOST },
		{ "2a01:111:f400::1/48", PREFIX_EHOST },
		{ "::ffff:192.0.2.1/120", PREFIX_EHOST },
	};
	const struct prefix untouched = { .family = 99, .length = 98, .source = 97 };

	for (size_t i = 0; i < N(rows); i++) {
		struct prefix prefix = untouched;

		harness_row("'%s'", rows[i].text);
		CHECK_EQ(parse(rows[i].text, &prefix), rows[i].error);
		CHECK_BYTES(&prefix, sizeof(prefix), &untouched, sizeof(untouched));
		CHECK(strlen(prefix_error(rows[i].error)) > 0);
	}
}

TEST(parse_refuses_a_nul_inside)
{
	static const char text[] = "192.0.2.0\0/24";
	struct prefix prefix;

	CHECK_EQ(prefix_parse(guarded(text, 13), 13, &prefix), PREFIX_EADDRESS);
	CHECK_EQ(prefix_parse(guarded("192.0.2.0/2\0", 12), 12, &prefix), PREFIX_ELENGTH);
}

TEST(contains)
{
	static const struct {
		const char *outer;
		const char *inner;
		int wanted;
	} rows[] = {
		{ "40.92.0.0/15", "40.93.255.255/32", 1 },
		{ "40.92.0.0/15", "40.92.0.0/15", 1 },
		{ "40.92.0.0/15", "40.94.0.0/32", 0 },
		{ "40.92.0.0/15", "40.92.0.0/14", 0 },
		{ "0.0.0.0/0", "255.255.255.255", 1 },
		{ "0.0.0.0/0", "::/128", 0 },
		{ "2a01:111:f400::/47", "2a01:111:f401::/48", 1 },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct prefix outer = prefix_of(rows[i].outer, PREFIX_MICROSOFT);
		struct prefix inner = prefix_of(rows[i].inner, PREFIX_OPERATOR);

		harness_row("%s in %s", rows[i].inner, rows[i].outer);
		CHECK_EQ(prefix_contains(&outer, &inner), rows[i].wanted);
	}
}

TEST(too_wide)
{
	static const struct {
		const char *text;
		bool wanted;
	} rows[] = {
		{ "0.0.0.0/0", true },	  { "128.0.0.0/1", true },   { "40.0.0.0/7", true },
		{ "40.0.0.0/8", false },  { "40.0.0.0/32", false },  { "::/0", true },
		{ "2a00::/8", true },	  { "2a00::/15", true },     { "2a01::/16", false },
		{ "2a01::1/128", false }, { "::ffff:0:0/96", true },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct prefix prefix = prefix_of(rows[i].text, PREFIX_OPERATOR);

		harness_row("%s", rows[i].text);
		CHECK_EQ(prefix_too_wide(&prefix), rows[i].wanted);
	}
}

/* A letter for the source, then the prefix. */
static struct prefix row_of(const char *row)
{
	static const char letters[] = "mor";

	return prefix_of(row + 2, (enum prefix_source)(strchr(letters, row[0]) - letters));
}

TEST(normalise_sorts_and_drops)
{
	/* Given, in any order, and kept, in the order of the set. */
	static const struct {
		const char *given[6];
		const char *kept[6];
	} rows[] = {
		{ { NULL }, { NULL } },
		{ { "m 10.0.0.0/8" }, { "m 10.0.0.0/8" } },
		{ { "m 10.0.0.0/8", "m 10.0.0.0/8" }, { "m 10.0.0.0/8" } },
		{ { "m 10.1.0.0/16", "m 10.0.0.0/8", "m 10.0.0.0/16" }, { "m 10.0.0.0/8" } },
		{ { "m 11.0.0.0/8", "m 10.0.0.0/8" }, { "m 10.0.0.0/8", "m 11.0.0.0/8" } },
		{ { "m ::/8", "m 11.0.0.0/8" }, { "m 11.0.0.0/8", "m ::/8" } },
		/* The earlier source wins where both have a range, whichever is the larger. */
		{ { "o 10.0.0.0/8", "m 10.0.0.0/8" }, { "m 10.0.0.0/8" } },
		{ { "o 10.1.0.0/16", "m 10.0.0.0/8" }, { "m 10.0.0.0/8" } },
		{ { "o 10.0.0.0/8", "m 10.1.0.0/16" }, { "m 10.1.0.0/16", "o 10.0.0.0/8" } },
		{ { "r 10.1.1.0/24", "o 10.0.0.0/8", "m 10.1.0.0/16" },
		  { "m 10.1.0.0/16", "o 10.0.0.0/8" } },
		{ { "r 10.0.0.0/8", "o 10.1.0.0/16", "m 10.1.1.0/24", "o 10.1.1.0/25" },
		  { "m 10.1.1.0/24", "o 10.1.0.0/16", "r 10.0.0.0/8" } },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct prefix items[6];
		struct prefix_set set = { .items = items };

		harness_row("row %zu", i);
		while (set.n < 6 && rows[i].given[set.n]) {
			items[set.n] = row_of(rows[i].given[set.n]);
			set.n++;
		}
		prefix_set_normalise(&set);
		for (size_t k = 0; k < set.n; k++) {
			struct prefix wanted;

			if (!CHECK(k < 6 && rows[i].kept[k]))
				break;
			wanted = row_of(rows[i].kept[k]);
			CHECK_BYTES(&items[k], sizeof(wanted), &wanted, sizeof(wanted));
		}
		CHECK(set.n == 6 || !rows[i].kept[set.n]);
	}
}

TEST(find)
{
	static const char *const list[] = {
		"m 40.92.0.0/15",	"m 40.107.0.0/16",	"m 104.47.0.0/17",
		"m 2a01:111:f400::/48", "o 40.0.0.0/8",		"o 2001:db8::1/128",
		"r 40.95.0.0/16",	"r 255.255.255.255/32", "o 1.0.0.0/32",
	};
	static const struct {
		const char *address;
		const char *wanted;
	} rows[] = {
		{ "40.92.0.0", "m 40.92.0.0/15" },
		{ "40.93.255.255", "m 40.92.0.0/15" },
		{ "40.91.255.255", "o 40.0.0.0/8" },
		{ "40.94.0.0", "o 40.0.0.0/8" },
		{ "40.255.255.255", "o 40.0.0.0/8" },
		{ "40.95.1.1", "o 40.0.0.0/8" },
		{ "41.0.0.0", NULL },
		{ "39.255.255.255", NULL },
		{ "104.47.127.255", "m 104.47.0.0/17" },
		{ "104.47.128.0", NULL },
		{ "0.0.0.0", NULL },
		{ "1.0.0.0", "o 1.0.0.0/32" },
		{ "255.255.255.255", "r 255.255.255.255/32" },
		{ "2a01:111:f400::", "m 2a01:111:f400::/48" },
		{ "2a01:111:f400:ffff:ffff:ffff:ffff:ffff", "m 2a01:111:f400::/48" },
		{ "2a01:111:f3ff:ffff:ffff:ffff:ffff:ffff", NULL },
		{ "2a01:111:f401::", NULL },
		{ "2001:db8::1", "o 2001:db8::1/128" },
		{ "::", NULL },
	};
	struct prefix items[N(list)];
	struct prefix_set set = { .items = items, .n = N(list) };

	for (size_t i = 0; i < N(list); i++)
		items[i] = row_of(list[i]);
	prefix_set_normalise(&set);
	for (size_t i = 0; i < N(rows); i++) {
		struct prefix address = prefix_of(rows[i].address, PREFIX_MICROSOFT), wanted;
		size_t len = address.family == 4 ? 4 : 16;
		const uint8_t *bytes = (const uint8_t *)guarded(address.addr, len);
		const struct prefix *found = prefix_set_find(&set, address.family, bytes);

		harness_row("%s", rows[i].address);
		CHECK_EQ(found != NULL, rows[i].wanted != NULL);
		if (!found || !rows[i].wanted)
			continue;
		wanted = row_of(rows[i].wanted);
		CHECK_BYTES(found, sizeof(wanted), &wanted, sizeof(wanted));
	}
}

TEST(find_takes_mapped_addresses_as_ipv4)
{
	static const uint8_t mapped[16] = { [10] = 0xff, 0xff, 40, 92, 1, 2 };
	static const uint8_t compatible[16] = { [12] = 40, 92, 1, 2 };
	struct prefix item = prefix_of("40.92.0.0/15", PREFIX_MICROSOFT);
	const struct prefix_set set = { .items = &item, .n = 1 };

	CHECK(prefix_set_find(&set, 6, mapped) == &item);
	CHECK(!prefix_set_find(&set, 6, compatible));
}

TEST(find_in_an_empty_set)
{
	static const uint8_t address[16];
	const struct prefix_set set = { .items = NULL };

	CHECK(!prefix_set_find(&set, 4, address));
	CHECK(!prefix_set_find(&set, 6, address));
}

/* What the contract says, slowly: the earliest source that contains the address at all. */
static int slow_source(const struct prefix *items, size_t n, const struct prefix *address)
{
	int source = PREFIX_SOURCE_N;

	for (size_t i = 0; i < n; i++) {
		if (prefix_contains(&items[i], address) && items[i].source < source)
			source = items[i].source;
	}
	return source;
}

/* What the kernel's trie answers over a set: the longest prefix. */
static int trie_source(const struct prefix_set *set, const struct prefix *address)
{
	const struct prefix *longest = NULL;

	for (size_t i = 0; i < set->n; i++) {
		if (prefix_contains(&set->items[i], address) &&
		    (!longest || set->items[i].length > longest->length))
			longest = &set->items[i];
	}
	return longest ? longest->source : PREFIX_SOURCE_N;
}

/* The same numbers in every run (xorshift). */
static unsigned random_below(unsigned n)
{
	static unsigned state = 25;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

static struct prefix random_prefix(void)
{
	/* A narrow space, so that prefixes nest and collide often. */
	struct prefix prefix = { .family = 4, .length = (uint8_t)random_below(9) };

	prefix.addr[0] = (uint8_t)(random_below(256) & 0xff00 >> prefix.length);
	prefix.source = (uint8_t)(PREFIX_MICROSOFT + random_below(PREFIX_SOURCE_N - 1));
	return prefix;
}

TEST(look_ups_before_and_after_normalising_agree)
{
	for (int round = 0; round < 300; round++) {
		struct prefix given[24], items[24];
		struct prefix_set set = { .items = items, .n = random_below(25) };

		for (size_t i = 0; i < set.n; i++)
			given[i] = items[i] = random_prefix();
		size_t n = set.n;

		prefix_set_normalise(&set);
		for (int first = 0; first < 256; first++) {
			const struct prefix host = { 4, 32, 0, { (uint8_t)first } };
			const struct prefix *found = prefix_set_find(&set, 4, host.addr);
			int wanted = slow_source(given, n, &host);

			harness_row("round %d, address %d.0.0.0", round, first);
			CHECK_EQ(found ? found->source : PREFIX_SOURCE_N, wanted);
			CHECK_EQ(trie_source(&set, &host), wanted);
		}
	}
}

HARNESS_MAIN
