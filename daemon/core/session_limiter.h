/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_limiter - whom a session asks how much a tenant has sent.
 */
#ifndef EXOGATE_SESSION_LIMITER_H
#define EXOGATE_SESSION_LIMITER_H

#include "policy.h"

/*
 * Whether the tenant may send one message more, with so many recipients.  It is asked once of each
 * message that would be accepted as authorised or forwarded, after all else, and what it says no to
 * is deferred: the verdict's table knows nothing of it, and what a message is does not depend on
 * what others were.
 */
struct session_limiter {
	bool (*admit)(void *state, const struct policy_tenant *tenant, uint32_t n_rcpts);
	void *state;
};

#endif
