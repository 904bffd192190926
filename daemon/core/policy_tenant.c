// SPDX-License-Identifier: Apache-2.0
#include "policy_tenant.h"

bool policy_lists(const struct policy_span_list *list, struct span value)
{
	for (size_t i = 0; i < list->n; i++)
		if (span_eq_nocase(list->items[i], value))
			return true;
	return false;
}

bool policy_move_of(const struct policy_tenant *tenant, struct span domain, struct span *to)
{
	for (size_t i = 0; i < tenant->n_moves; i++) {
		if (!span_eq(tenant->moves[i].from, domain))
			continue;
		*to = tenant->moves[i].to;
		return true;
	}
	return false;
}
