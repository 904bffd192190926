/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_tables - tables of what the tenants list: whose is a stamp, which fields are stripped.
 *
 * Memory is the context's lasting one; 64 bytes for each id and originator_org, if a tenant
 * forwards.
 */
#ifndef EXOGATE_POLICY_TABLES_H
#define EXOGATE_POLICY_TABLES_H

#include "policy.h"
#include "settings_context.h"

void policy_tables_build(struct settings_context *context, const struct policy_tenant *tenants,
			 size_t n, struct policy *policy);

#endif
