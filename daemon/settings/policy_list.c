// SPDX-License-Identifier: Apache-2.0
#include "policy_list.h"

struct policy_span_list policy_list_spans(struct settings_context *c,
					  const struct settings_value *list)
{
	struct span *items = settings_pool_array(c->keep, list->n, sizeof(*items));

	if (!items)
		return (struct policy_span_list){ 0 };
	for (size_t i = 0; i < list->n; i++)
		items[i] = list->items[i].text;
	return (struct policy_span_list){ items, list->n };
}

struct prefix_set policy_list_prefixes(struct settings_context *c,
				       const struct settings_value *list)
{
	struct prefix_set set = { 0 };

	set.items = settings_pool_array(c->keep, list->n, sizeof(*set.items));
	if (!set.items)
		return set;
	for (; set.n < list->n; set.n++)
		set.items[set.n] = list->items[set.n].prefix;
	prefix_set_normalise(&set);
	return set;
}
