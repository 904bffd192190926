// SPDX-License-Identifier: Apache-2.0
#include "scene.h"

#include <stdlib.h>
#include <string.h>

#include "rng.h"

#define SEED	   25
#define OTHER_PORT 443

const char *const scene_traffic_names[SCENE_TRAFFIC_N] = {
	[SCENE_DROP] = "drop",	   [SCENE_PASS] = "pass",     [SCENE_OTHER_PORT] = "other port",
	[SCENE_COMMON] = "common", [SCENE_LISTED] = "listed", [SCENE_UNLISTED] = "unlisted",
};

static const char *const common[SCENE_PREFIXES_MIN] = {
	"40.92.0.0/15",	 "40.107.0.0/16",      "52.100.0.0/14",
	"104.47.0.0/17", "2a01:111:f400::/48", "2a01:111:f403::/48",
};

/* --- addresses -------------------------------------------------------------------------------- */

static void random_bytes(struct rng *rng, uint8_t addr[16])
{
	const uint64_t words[2] = { rng_next(rng), rng_next(rng) };

	memcpy(addr, words, sizeof(words));
}

/* Keeps the first bits of addr and takes the others from rest. */
static void set_rest(uint8_t addr[16], unsigned bits, const uint8_t rest[16])
{
	for (unsigned i = 0; i < 16; i++) {
		uint8_t kept = bits >= 8 * (i + 1) ? 0xff :
			       bits <= 8 * i	   ? 0 :
						     (uint8_t)(0xff00 >> (bits - 8 * i));

		addr[i] = (uint8_t)((addr[i] & kept) | (rest[i] & ~kept));
	}
}

/* Of the kind that hosts have: 1.0.0.0 to 126.255.255.255 and 2000::/3. */
static void random_host(struct rng *rng, uint8_t family, uint8_t addr[16])
{
	random_bytes(rng, addr);
	if (family == 4)
		addr[0] = (uint8_t)(1 + rng_below(rng, 126));
	else
		addr[0] = 0x20 | (addr[0] & 0x1f);
}

static void random_member(struct rng *rng, const struct prefix *prefix, uint8_t addr[16])
{
	uint8_t rest[16];

	random_bytes(rng, rest);
	memcpy(addr, prefix->addr, sizeof(prefix->addr));
	set_rest(addr, prefix->length, rest);
}

/* --- lists ------------------------------------------------------------------------------------ */

static bool add_common(struct list *list)
{
	for (size_t i = 0; i < SCENE_PREFIXES_MIN; i++) {
		struct prefix prefix;

		if (prefix_parse(common[i], strlen(common[i]), &prefix) ||
		    list_add(list, &prefix, 1))
			return false;
	}
	return true;
}

static struct prefix random_prefix(struct rng *rng)
{
	static const uint8_t zeros[16];
	struct prefix prefix = {
		.family = rng_below(rng, 2) ? 4 : 6,
		.source = PREFIX_OPERATOR,
	};

	prefix.length =
		(uint8_t)(prefix.family == 4 ? 20 + rng_below(rng, 9) : 32 + 4 * rng_below(rng, 9));
	random_host(rng, prefix.family, prefix.addr);
	set_rest(prefix.addr, prefix.length, zeros);
	return prefix;
}

static bool meets_common(const struct list *common_list, const struct prefix *prefix)
{
	for (size_t i = 0; i < common_list->n; i++)
		if (prefix_contains(&common_list->items[i], prefix) ||
		    prefix_contains(prefix, &common_list->items[i]))
			return true;
	return false;
}

static bool add_random(struct list *list, size_t n, const struct list *common_list)
{
	struct rng rng = { .state = SEED + n };

	while (list->n < n) {
		for (size_t missing = n - list->n; missing; missing--) {
			struct prefix prefix = random_prefix(&rng);

			if (!meets_common(common_list, &prefix) && list_add(list, &prefix, 1))
				return false;
		}
		list_sort(list);
		list_merge(list);
	}
	return true;
}

bool scene_list(size_t n, struct list *out)
{
	struct list six = { 0 }, list = { 0 };
	bool ok = add_common(&six) && add_common(&list) && add_random(&list, n, &six);

	list_free(&six);
	if (!ok) {
		list_free(&list);
		return false;
	}
	list_sort(&list);
	*out = list;
	return true;
}

/* --- traffic ---------------------------------------------------------------------------------- */

void scene_frame(enum scene_traffic traffic, uint8_t family, struct frame *out)
{
	static const struct exogate_endpoint to[] = {
		{ .port = SUBJECTS_PORT, .addr = { 198, 51, 100, 25 } },
		{ .port = OTHER_PORT, .addr = { 198, 51, 100, 25 } },
	};
	static const uint8_t listed4[] = { 40, 107, 1, 2 }, unlisted4[] = { 192, 0, 2, 66 };
	static const uint8_t listed6[16] = { 0x2a, 0x01, 0x01, 0x11, 0xf4, 0x03, [15] = 2 };
	static const uint8_t unlisted6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x66 };
	const uint8_t *source4 = traffic == SCENE_PASS ? listed4 : unlisted4;
	const uint8_t *source6 = traffic == SCENE_PASS ? listed6 : unlisted6;

	frame_make(out, &to[traffic == SCENE_OTHER_PORT], family, family == 4 ? source4 : source6);
}

/* The list's items of a family that a listed source of the traffic may be in. */
static size_t candidates(const struct list *list, enum scene_traffic traffic, uint8_t family,
			 const struct prefix **out)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct prefix *item = &list->items[i];

		if (item->family == family &&
		    (traffic != SCENE_COMMON || item->source == PREFIX_MICROSOFT))
			out[n++] = item;
	}
	return n;
}

static bool fill_listed(const struct list *list, enum scene_traffic traffic, uint8_t family,
			uint8_t pool[SUBJECTS_POOL_N][16])
{
	const struct prefix **from = malloc(list->n * sizeof(const struct prefix *));
	struct rng rng = { .state = SEED };
	size_t n;

	if (!from)
		return false;
	n = candidates(list, traffic, family, from);
	for (size_t i = 0; n && i < SUBJECTS_POOL_N; i++)
		random_member(&rng, from[rng_below(&rng, (uint32_t)n)], pool[i]);
	free(from);
	return n > 0;
}

static bool fill_unlisted(const struct list *list, uint8_t family,
			  uint8_t pool[SUBJECTS_POOL_N][16])
{
	struct prefix_set set = { .items = malloc(list->n * sizeof(struct prefix)), .n = list->n };
	struct rng rng = { .state = SEED };

	if (!set.items)
		return false;
	memcpy(set.items, list->items, list->n * sizeof(struct prefix));
	prefix_set_normalise(&set);
	for (size_t i = 0; i < SUBJECTS_POOL_N; i++)
		do
			random_host(&rng, family, pool[i]);
		while (prefix_set_find(&set, family, pool[i]));
	free(set.items);
	return true;
}

bool scene_pool(const struct list *list, enum scene_traffic traffic, uint8_t family,
		uint8_t pool[SUBJECTS_POOL_N][16])
{
	return traffic == SCENE_UNLISTED ? fill_unlisted(list, family, pool) :
					   fill_listed(list, traffic, family, pool);
}
