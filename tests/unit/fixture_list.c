// SPDX-License-Identifier: Apache-2.0
#include "fixture_list.h"

#include "harness.h"

#include <string.h>

struct list fixture_list(const struct fixture_row *rows, size_t n)
{
	struct list list = { 0 };

	for (size_t i = 0; i < n; i++) {
		struct prefix prefix = { 0 };

		CHECK_EQ(prefix_parse(rows[i].prefix, strlen(rows[i].prefix), &prefix), PREFIX_OK);
		prefix.source = rows[i].source;
		CHECK_EQ(list_add(&list, &prefix, 1), 0);
	}
	list_sort(&list);
	return list;
}

unsigned fixture_random(unsigned n)
{
	static unsigned state = 25;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

static void mask(struct prefix *prefix)
{
	for (unsigned bit = prefix->length; bit < 128; bit++)
		prefix->addr[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

/* Few values for the bytes, so that much of it falls together. */
static struct prefix random_prefix(uint8_t family)
{
	struct prefix prefix = { .family = family };
	unsigned bytes = family == 4 ? 4 : 16;

	prefix.length = (uint8_t)fixture_random(bytes * 8 + 1);
	if (fixture_random(2))
		prefix.length = family == 4 ? 17 : 48;
	prefix.source = (uint8_t)(PREFIX_MICROSOFT + fixture_random(PREFIX_SOURCE_N - 1));
	for (unsigned i = 0; i < bytes; i++)
		prefix.addr[i] = (uint8_t)(fixture_random(2) ? 0x80 : fixture_random(3));
	mask(&prefix);
	return prefix;
}

struct list fixture_random_list(size_t n, uint8_t family)
{
	struct list list = { 0 };

	for (size_t i = 0; i < n; i++) {
		struct prefix prefix = random_prefix(family);

		CHECK_EQ(list_add(&list, &prefix, 1), 0);
	}
	list_sort(&list);
	return list;
}

void fixture_random_address(const struct list *list, uint8_t family, uint8_t addr[16])
{
	struct prefix prefix = random_prefix(family);
	unsigned bits = family == 4 ? 32 : 128, bit = fixture_random(bits);

	if (list->n && fixture_random(4))
		prefix = list->items[fixture_random((unsigned)list->n)];
	memcpy(addr, prefix.addr, 16);
	if (fixture_random(2))
		addr[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
}
