/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_list - lists of the settings in the form that a policy has them in.
 */
#ifndef EXOGATE_POLICY_LIST_H
#define EXOGATE_POLICY_LIST_H

#include "settings_context.h"
#include "settings_value.h"

/* In the context's lasting memory, as all that follows; empty without memory. */
struct policy_span_list policy_list_spans(struct settings_context *context,
					  const struct settings_value *list);

/* Normalised (prefix.h). */
struct prefix_set policy_list_prefixes(struct settings_context *context,
				       const struct settings_value *list);

#endif
