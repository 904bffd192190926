// SPDX-License-Identifier: Apache-2.0
#include "list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

_Static_assert((int)EXOGATE_SOURCE_MICROSOFT == (int)PREFIX_MICROSOFT &&
		       (int)EXOGATE_SOURCE_OPERATOR == (int)PREFIX_OPERATOR &&
		       (int)EXOGATE_SOURCE_RELAY_POOL == (int)PREFIX_RELAY_POOL &&
		       (int)EXOGATE_SOURCE_RELAY_POOL_OFF == (int)PREFIX_RELAY_POOL_OFF &&
		       (int)EXOGATE_SOURCE_N == (int)PREFIX_SOURCE_N,
	       "sources differ");

const uint8_t list_never4[4] = { 255, 255, 255, 255 };
const uint8_t list_never6[16] = { 0xff, 0x02, [15] = 1 };

static int make_room(struct list *list, size_t n)
{
	size_t room = list->room ? list->room : 64;
	struct prefix *items;

	while (room < n)
		room *= 2;
	if (room == list->room)
		return 0;
	items = realloc(list->items, room * sizeof(*items));
	if (!items)
		return -1;
	list->items = items;
	list->room = room;
	return 0;
}

int list_add(struct list *list, const struct prefix *items, size_t n)
{
	if (n > LIST_PREFIXES_MAX - list->n) {
		errno = E2BIG;
		return -1;
	}
	if (n == 0 || make_room(list, list->n + n))
		return n ? -1 : 0;
	memcpy(list->items + list->n, items, n * sizeof(*items));
	list->n += n;
	return 0;
}

int list_add_sources(struct list *list, const struct list *other, unsigned sources)
{
	size_t n = list->n, from = 0, to;

	while (from < other->n) {
		for (to = from; to < other->n && sources >> other->items[to].source & 1; to++)
			;
		if (to > from && list_add(list, other->items + from, to - from)) {
			list->n = n;
			return -1;
		}
		from = to + 1;
	}
	return 0;
}

void list_free(struct list *list)
{
	free(list->items);
	*list = (struct list){ 0 };
}

int list_order(const struct prefix *a, const struct prefix *b)
{
	int by_address;

	if (a->family != b->family)
		return a->family - b->family;
	by_address = memcmp(a->addr, b->addr, sizeof(a->addr));
	if (by_address)
		return by_address;
	return a->length != b->length ? a->length - b->length : a->source - b->source;
}

static int compare(const void *a, const void *b)
{
	return list_order(a, b);
}

/* A short name for Microsoft's part, the same for the same prefixes in any file. */
static uint32_t version_of(const struct list *list)
{
	uLong crc = crc32(0, NULL, 0);
	char text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < list->n; i++) {
		if (list->items[i].source != PREFIX_MICROSOFT)
			continue;
		prefix_format(&list->items[i], text);
		crc = crc32(crc, (const Bytef *)text, (uInt)strlen(text));
		crc = crc32(crc, (const Bytef *)"\n", 1);
	}
	return (uint32_t)crc;
}

void list_sort(struct list *list)
{
	if (list->n)
		qsort(list->items, list->n, sizeof(list->items[0]), compare);
	memset(list->origin.counts, 0, sizeof(list->origin.counts));
	for (size_t i = 0; i < list->n; i++)
		list->origin.counts[list->items[i].source]++;
	list->origin.version = version_of(list);
}

/* In sorted order, whatever contains the next prefix is the last one that none contains. */
bool list_find_overlap(const struct list *list, enum prefix_source source,
		       const struct prefix **outer, const struct prefix **inner)
{
	const struct prefix *last = NULL;

	for (size_t i = 0; i < list->n; i++) {
		const struct prefix *item = &list->items[i];

		if (item->source != source)
			continue;
		if (last && prefix_contains(last, item)) {
			*outer = last;
			*inner = item;
			return true;
		}
		last = item;
	}
	return false;
}

void list_merge(struct list *list)
{
	struct prefix last[PREFIX_SOURCE_N] = { 0 };
	size_t kept = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct prefix prefix = list->items[i];

		if (last[prefix.source].family && prefix_contains(&last[prefix.source], &prefix))
			continue;
		last[prefix.source] = prefix;
		list->items[kept++] = prefix;
	}
	list->n = kept;
	list_sort(list);
}

const struct prefix *list_walk_next(struct list_walk *walk)
{
	while (walk->next < walk->list->n) {
		const struct prefix *item = &walk->list->items[walk->next++];

		if (item->family == walk->family && walk->sources >> item->source & 1 &&
		    !(walk->last && prefix_contains(walk->last, item)))
			return walk->last = item;
	}
	return NULL;
}

bool list_has_family(const struct list *list, uint8_t family)
{
	struct list_walk walk = { .list = list, .family = family, .sources = LIST_ADMITTED };

	return list_walk_next(&walk) != NULL;
}

struct list_answer list_look_up(const struct list *list, uint8_t family, const uint8_t *addr)
{
	struct prefix host = { .family = family, .length = family == 4 ? 32 : 128 };
	struct list_answer answer = { 0 };

	memcpy(host.addr, addr, family == 4 ? 4 : 16);
	for (size_t i = 0; i < list->n; i++) {
		const struct prefix *item = &list->items[i];

		if (!prefix_contains(item, &host))
			continue;
		answer.longest = item;
		if (!answer.decides || item->source <= answer.decides->source)
			answer.decides = item;
	}
	return answer;
}

bool list_admits(const struct list *list, uint8_t family, const uint8_t *addr)
{
	const struct prefix *decides = list_look_up(list, family, addr).decides;

	return decides && decides->source != PREFIX_RELAY_POOL_OFF;
}

const char *list_version_text(const struct exogate_origin *origin, char text[LIST_VERSION_SIZE])
{
	snprintf(text, LIST_VERSION_SIZE, "%08" PRIx32, origin->version);
	return text;
}

const char *list_source_name(unsigned source)
{
	static const char *const names[EXOGATE_SOURCE_N] = {
		[EXOGATE_SOURCE_NONE] = "none",
		[EXOGATE_SOURCE_MICROSOFT] = "microsoft",
		[EXOGATE_SOURCE_OPERATOR] = "operator",
		[EXOGATE_SOURCE_RELAY_POOL] = "relay-pool",
		[EXOGATE_SOURCE_RELAY_POOL_OFF] = "relay-pool-off",
	};

	return source < EXOGATE_SOURCE_N ? names[source] : "unknown";
}
