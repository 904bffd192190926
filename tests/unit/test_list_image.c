// SPDX-License-Identifier: Apache-2.0
/* The image answers as the list does, by the look-up of bpf/acl.h written out once more. */
#include "fixture_list.h"
#include "harness.h"
#include "list_image.h"

#include <stdlib.h>
#include <string.h>

#define N(table) (sizeof(table) / sizeof((table)[0]))

static uint64_t first_bits(const uint8_t *addr, unsigned bits)
{
	uint64_t word = 0;

	for (unsigned i = 0; i < 8; i++)
		word = word << 8 | addr[i];
	return word >> (64 - bits);
}

/* What a trie answers: the longest match. */
static unsigned search(const struct list_image *image, const struct prefix *host)
{
	const struct list_entry *found = NULL;

	for (size_t i = 0; i < image->n; i++) {
		const struct list_entry *entry = &image->entries[i];

		if (prefix_contains(&entry->prefix, host) &&
		    (!found || entry->prefix.length > found->prefix.length))
			found = entry;
	}
	return found ? found->value.decides : EXOGATE_SOURCE_NONE;
}

static unsigned look_up(const struct list_image *image, const struct prefix *host)
{
	size_t at = first_bits(host->addr, EXOGATE_TOP_BITS);
	unsigned source = host->family == 4 ? image->table.top4[at] : image->table.top6[at];
	uint64_t block = first_bits(host->addr, 48), entry;

	if (source != EXOGATE_SOURCE_MIXED)
		return source;
	entry = image->table.blocks[exogate_block_slot(block)];
	if (host->family == 6 && entry && entry >> 16 == block)
		return entry & 0xffff;
	return search(image, host);
}

TEST(random_lists_answer_alike)
{
	for (int round = 0; round < 200; round++) {
		uint8_t family = round % 2 ? 4 : 6;
		struct list list = fixture_random_list(fixture_random(40), family);
		struct list_image *image = list_image_make(&list);

		harness_row("round %d", round);
		for (int i = 0; image && i < 300; i++) {
			struct prefix host = { .family = family, .length = family == 4 ? 32 : 128 };
			const struct prefix *decides;

			fixture_random_address(&list, family, host.addr);
			decides = list_look_up(&list, family, host.addr).decides;
			CHECK_EQ(look_up(image, &host), decides ? decides->source : 0);
			CHECK_EQ(search(image, &host), decides ? decides->source : 0);
		}
		free(image);
		list_free(&list);
	}
}

/* What Microsoft lists, and what it does not, is answered without a trie. */
TEST(common_ranges_need_no_trie)
{
	static const struct fixture_row rows[] = {
		{ "40.92.0.0/15", PREFIX_MICROSOFT },
		{ "40.107.0.0/16", PREFIX_MICROSOFT },
		{ "52.100.0.0/14", PREFIX_MICROSOFT },
		{ "104.47.0.0/17", PREFIX_MICROSOFT },
		{ "2a01:111:f400::/48", PREFIX_MICROSOFT },
		{ "2a01:111:f403::/48", PREFIX_MICROSOFT },
		{ "40.92.7.1/32", PREFIX_OPERATOR },
	};
	static const struct {
		const char *addr;
		unsigned source;
	} answers[] = {
		{ "40.92.7.1", EXOGATE_SOURCE_MICROSOFT },
		{ "52.103.255.255", EXOGATE_SOURCE_MICROSOFT },
		{ "104.47.127.255", EXOGATE_SOURCE_MICROSOFT },
		{ "104.47.128.0", EXOGATE_SOURCE_NONE },
		{ "9.9.9.9", EXOGATE_SOURCE_NONE },
		{ "2001:db8::1", EXOGATE_SOURCE_NONE },
		{ "2a01:111:f403:ffff::1", EXOGATE_SOURCE_MICROSOFT },
	};
	struct list list = fixture_list(rows, N(rows));
	struct list_image *image = list_image_make(&list);

	if (!CHECK(image != NULL))
		return;
	image->n = 0; /* no trie */
	for (size_t i = 0; i < N(answers); i++) {
		struct prefix host;

		harness_row("%s", answers[i].addr);
		prefix_parse(answers[i].addr, strlen(answers[i].addr), &host);
		CHECK_EQ(look_up(image, &host), answers[i].source);
	}
	free(image);
	list_free(&list);
}

/* Whoever lists a prefix is kept, though another source decides. */
TEST(all_that_was_listed_is_kept)
{
	static const struct fixture_row rows[] = {
		{ "40.92.0.0/15", PREFIX_MICROSOFT },
		{ "40.92.0.0/15", PREFIX_OPERATOR },
		{ "40.93.1.0/24", PREFIX_OPERATOR },
	};
	struct list list = fixture_list(rows, N(rows));
	struct list_image *image = list_image_make(&list);

	if (!CHECK(image != NULL) || !CHECK_EQ(image->n, 2))
		return;
	CHECK_EQ(image->entries[0].value.listed, 1 << PREFIX_MICROSOFT | 1 << PREFIX_OPERATOR);
	CHECK_EQ(image->entries[0].value.decides, EXOGATE_SOURCE_MICROSOFT);
	CHECK_EQ(image->entries[1].value.listed, 1 << PREFIX_OPERATOR);
	CHECK_EQ(image->entries[1].value.decides, EXOGATE_SOURCE_MICROSOFT);
	free(image);
	list_free(&list);
}

TEST(empty_list_admits_nobody)
{
	struct list list = { 0 };
	struct list_image *image = list_image_make(&list);
	struct prefix host = { .family = 4, .length = 32 };

	if (!CHECK(image != NULL))
		return;
	for (unsigned first = 0; first < 256; first++) {
		host.addr[0] = (uint8_t)first;
		CHECK_EQ(look_up(image, &host), EXOGATE_SOURCE_NONE);
	}
	free(image);
}

HARNESS_MAIN
