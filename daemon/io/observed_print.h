/* SPDX-License-Identifier: Apache-2.0 */
/*
 * observed_print - what was observed (observed_json.h) as text on standard output.
 *
 * Each row as it is; then, for each tenant id whose mail no tenant of the policy covers, an entry
 * for `tenants` that is ready to be looked at and pasted.  Its domains are what Microsoft stamped
 * as OriginatorOrg, which has to be one of the sender's accepted domains: what only From says,
 * anyone in any tenant may write, and is shown as a comment.
 */
#ifndef EXOGATE_OBSERVED_PRINT_H
#define EXOGATE_OBSERVED_PRINT_H

#include <jansson.h>

void observed_print(json_t *root);

#endif
