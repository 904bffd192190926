/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter_answer - the answer to a message as calls of libmilter's.
 */
#ifndef EXOGATE_FILTER_ANSWER_H
#define EXOGATE_FILTER_ANSWER_H

#include <libmilter/mfapi.h>

#include "arena.h"
#include "session.h"

/*
 * To be called in the callback of the end of a message, and returns what that is to return.  Makes
 * a call of each packet that core/milter_answer.h composes; of one that fails a deferral, and
 * *answer with it.  The arena may be NULL if the answer is a refusal.
 */
sfsistat filter_answer_give(SMFICTX *ctx, struct session_answer *answer, struct arena *arena);

#endif
