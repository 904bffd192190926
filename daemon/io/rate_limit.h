/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rate_limit - has a tenant sent more than it may?
 *
 * Counted is what is let through as authorised or forwarded, and nothing else: who is refused, or
 * put off by a limit, does not use it up.  Each of a tenant's limits (policy.h) is a bucket that
 * holds so many messages or recipients and refills evenly in its minute or hour: what was saved up
 * may come at once, and in the long run no more comes than the limit; in any one minute or hour at
 * most twice as much.  A message with more recipients than a bucket holds takes a full one whole,
 * so that it is not put off for ever.
 *
 * One object serves all threads and, in shared memory, all processes of the daemon, without a lock.
 * What a message takes from several buckets it takes one after the other and gives back if the last
 * one has too little: meanwhile others may be put off that need not be, and nobody is let through
 * who is one too many.
 *
 * Fixed memory: tenants have slots by their names, which outlive a reload.  A slot whose buckets
 * are full says nothing and may be taken over; where RATE_LIMIT_PROBES in a row are in use, the
 * tenant shares one, and its limits are reached the sooner.
 */
#ifndef EXOGATE_RATE_LIMIT_H
#define EXOGATE_RATE_LIMIT_H

#include <stdint.h>

#include "session_limiter.h"

#define RATE_LIMIT_SLOTS_MIN 65536u
#define RATE_LIMIT_PROBES    16u

struct rate_limits;

/*
 * For so many tenants that send at once; more share.  NULL without memory, of which pages are
 * touched as they come into use.
 */
struct rate_limits *rate_limits_new(size_t n_tenants);

/* NULL does nothing. */
void rate_limits_free(struct rate_limits *limits);

/* Whether a message with so many recipients may pass now; takes it from the buckets if it may. */
bool rate_limits_admit(struct rate_limits *limits, const struct policy_tenant *tenant,
		       uint32_t n_rcpts, uint64_t now_ns);

/* What sessions ask, by the clock (clock.h). */
struct session_limiter rate_limits_limiter(struct rate_limits *limits);

#endif
