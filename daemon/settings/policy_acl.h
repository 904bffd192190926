/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_acl - which addresses are Exchange Online's, by the group `acl`?
 *
 * Reads Microsoft's list, which must not be another instance's as far as that can be told, and adds
 * the relay pool where it is asked for.  Faults go to the report.
 */
#ifndef EXOGATE_POLICY_ACL_H
#define EXOGATE_POLICY_ACL_H

#include "settings_context.h"
#include "settings_tree.h"

/* Normalised, in the context's lasting memory; empty after a fault, or without a list. */
struct prefix_set policy_acl_build(struct settings_context *context,
				   const struct settings_tree_acl *acl);

/* Reports keys of the group that do not go together. */
void policy_acl_check(struct settings_context *context, const struct settings_tree_acl *acl);

#endif
