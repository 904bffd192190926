/* SPDX-License-Identifier: Apache-2.0 */
/*
 * milter_negotiate - what do the MTA and we agree on?
 *
 * Of what the MTA offers, the least that the policy needs is taken: events that nothing is learnt
 * from are switched off, and replies that cannot be a verdict are suppressed.  Nothing that was not
 * offered is ever asked for (Postfix fails a filter that does).
 */
#ifndef EXOGATE_MILTER_NEGOTIATE_H
#define EXOGATE_MILTER_NEGOTIATE_H

#include "milter_event.h"
#include "parse.h"
#include "policy.h"

struct milter_agreement {
	uint32_t version;
	uint32_t actions; /* enum milter_action: edits that the MTA accepts from us */
	uint32_t steps;	  /* enum milter_step */
};

/* PARSE_BAD: a version below MILTER_VERSION_MIN. */
enum parse_status milter_negotiate(const struct milter_offer *offer, const struct policy *policy,
				   struct milter_agreement *out);

/* Whether the MTA waits for a reply to this event; of macros, abort and quit it never does. */
bool milter_reply_due(const struct milter_agreement *agreed, enum milter_command event);

#endif
