// SPDX-License-Identifier: Apache-2.0
#include "list_image.h"

#include <stdlib.h>
#include <string.h>

#define LENGTHS_MAX 129 /* prefixes that contain one another have different lengths */
#define BLOCK_BITS  48

/* --- what each prefix decides ----------------------------------------------------------------- */

static bool same_range(const struct prefix *a, const struct prefix *b)
{
	return a->family == b->family && a->length == b->length &&
	       memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

/* One entry for each range: equal prefixes stand beside each other, the deciding source first. */
static void collect_entries(const struct list *list, struct list_image *image)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct prefix *item = &list->items[i];
		struct list_entry *last = image->n ? &image->entries[image->n - 1] : NULL;

		if (!last || !same_range(&last->prefix, item)) {
			last = &image->entries[image->n++];
			last->prefix = *item;
			last->value.decides = item->source;
		}
		last->value.listed |= (__u16)(1u << item->source);
	}
}

/* A source that is named first decides for all that its prefix contains. */
static void inherit_decisions(struct list_image *image)
{
	const struct list_entry *outer[LENGTHS_MAX];
	size_t depth = 0;

	for (size_t i = 0; i < image->n; i++) {
		struct list_entry *entry = &image->entries[i];

		while (depth && !prefix_contains(&outer[depth - 1]->prefix, &entry->prefix))
			depth--;
		if (depth && outer[depth - 1]->value.decides < entry->value.decides)
			entry->value.decides = outer[depth - 1]->value.decides;
		outer[depth++] = entry;
	}
}

/* --- the table -------------------------------------------------------------------------------- */

static uint64_t first_bits(const struct prefix *prefix, unsigned bits)
{
	uint64_t word = 0;

	for (unsigned i = 0; i < 8; i++)
		word = word << 8 | prefix->addr[i];
	return word >> (64 - bits);
}

/* Entries come in order, so that what a range contains overwrites its part of it. */
static void mark_top(__u8 *top, const struct list_entry *entry)
{
	size_t at = first_bits(&entry->prefix, EXOGATE_TOP_BITS);

	if (entry->prefix.length <= EXOGATE_TOP_BITS)
		memset(top + at, entry->value.decides,
		       (size_t)1 << (EXOGATE_TOP_BITS - entry->prefix.length));
	else if (top[at] != entry->value.decides)
		top[at] = EXOGATE_SOURCE_MIXED;
}

static void mark_tops(struct list_image *image)
{
	for (size_t i = 0; i < image->n; i++) {
		const struct list_entry *entry = &image->entries[i];

		mark_top(entry->prefix.family == 4 ? image->table.top4 : image->table.top6, entry);
	}
}

/* Does one answer hold for all that the entry contains?  Those that it contains follow it. */
static bool is_uniform(const struct list_image *image, size_t i)
{
	const struct list_entry *entry = &image->entries[i];

	for (size_t j = i + 1; j < image->n; j++) {
		if (!prefix_contains(&entry->prefix, &image->entries[j].prefix))
			return true;
		if (image->entries[j].value.decides != entry->value.decides)
			return false;
	}
	return true;
}

/* Where two blocks want the same slot, the source that is named first has it. */
static void mark_block(struct exogate_list *table, const struct list_entry *entry)
{
	__u64 block = first_bits(&entry->prefix, BLOCK_BITS);
	__u64 *slot = &table->blocks[exogate_block_slot(block)];

	if (!*slot || (*slot & 0xffff) > entry->value.decides)
		*slot = block << 16 | entry->value.decides;
}

static void mark_blocks(struct list_image *image)
{
	for (size_t i = 0; i < image->n; i++) {
		const struct list_entry *entry = &image->entries[i];

		if (entry->prefix.family == 6 && entry->prefix.length == BLOCK_BITS &&
		    is_uniform(image, i))
			mark_block(&image->table, entry);
	}
}

struct list_image *list_image_make(const struct list *list)
{
	struct list_image *image = calloc(1, sizeof(*image) + list->n * sizeof(image->entries[0]));

	if (!image)
		return NULL;
	image->table.origin = list->origin;
	collect_entries(list, image);
	inherit_decisions(image);
	mark_tops(image);
	mark_blocks(image);
	return image;
}
