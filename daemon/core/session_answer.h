/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_answer - what a session says to a message.
 */
#ifndef EXOGATE_SESSION_ANSWER_H
#define EXOGATE_SESSION_ANSWER_H

#include "facts.h"
#include "policy.h"
#include "rewrite.h"
#include "verdict.h"

/* Valid until the next event. */
struct session_answer {
	const struct policy *policy; /* that it was judged by */
	struct verdict verdict;
	struct rewrite_plan plan;  /* of what is taken */
	const struct facts *facts; /* NULL if the message could not be followed */
	struct span limit;	   /* that was exceeded, of REASON_LIMIT */
	struct span queue_id;	   /* empty if the MTA gave none */
	struct span message_id;
	struct span network_message_id;
	struct address client;
};

/* Turns an answer into a deferral, for a front end that cannot give it as it is. */
void session_defer(struct session_answer *answer, enum reason reason);

#endif
