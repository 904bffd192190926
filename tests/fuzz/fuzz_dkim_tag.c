// SPDX-License-Identifier: Apache-2.0
/* Tag lists: names and values lie in the list, in order, and are what can be written back. */
#include <assert.h>
#include <stdint.h>

#include "dkim_tag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span list = span_of((const char *)data, size), value, item;
	const char *at = list.p, *end = list.p + list.len;
	struct dkim_tags tags;
	size_t items = 0;

	if (dkim_tags_parse(list, &tags) != PARSE_OK)
		return 0;
	assert(tags.n <= DKIM_TAGS_MAX);
	for (size_t i = 0; i < tags.n; i++) {
		assert(tags.items[i].name.len && tags.items[i].name.p >= at);
		value = tags.items[i].value;
		assert(value.p > tags.items[i].name.p && value.p + value.len <= end);
		assert(span_eq(span_trim(value), value) && !memchr(value.p, ';', value.len));
		assert(dkim_tags_find(&tags, tags.items[i].name).p == value.p);
		at = value.p + value.len;
		while (dkim_tag_next_item(&value, &item))
			items++;
		assert(items <= size + tags.n);
	}
	return 0;
}
