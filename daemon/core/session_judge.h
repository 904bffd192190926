/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_judge - the answer to a message that has been heard to its end.
 */
#ifndef EXOGATE_SESSION_JUDGE_H
#define EXOGATE_SESSION_JUDGE_H

#include "session.h"

/*
 * Collects the facts, decides, plans the edits, and asks the limiter; a message that could not be
 * followed is deferred.  What is made lies in the message's arena.
 */
void session_judge(struct session *session, struct session_answer *answer);

#endif
