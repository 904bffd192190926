/* SPDX-License-Identifier: Apache-2.0 */
/*
 * milter_answer - the answer to one message as packets of the milter stream: edits, then verdict.
 *
 * A refusal is "550 5.7.1 TEXT (exogate: REASON)", 451 4.7.1 if it is for now; the TEXT is the
 * policy's for the REASON, of one or more lines, or else exogate's own; where the policy has
 * a message for it in ExOTA-Milter's form, "550 5.7.1 queue_id: ID - MESSAGE - reason: TEXT
 * (exogate: REASON)", and 450 4.7.1.
 *
 * Both engines give what is composed here: the io_uring one as it is, the libmilter one packet by
 * packet through that library's calls.
 */
#ifndef EXOGATE_MILTER_ANSWER_H
#define EXOGATE_MILTER_ANSWER_H

#include "arena.h"
#include "outbuf.h"
#include "session.h"

/* Room for a common refusal; each connection has as much. */
#define MILTER_ANSWER_REFUSAL_BYTES 512

/* What a refusal may say at most, before it is split into lines. */
#define MILTER_ANSWER_TEXT_MAX 4096

/*
 * What is taken is composed in what is free of the arena, and is not committed there; one that does
 * not fit becomes a deferral, and *answer with it.  A refusal is composed in the given buffer or,
 * if it does not fit, in the arena; the arena may be NULL then, and should it not fit there either,
 * it is without the policy's message.  The result is never empty and never failed.
 */
struct outbuf milter_answer_compose(struct session_answer *answer, struct arena *arena,
				    char refusal[static MILTER_ANSWER_REFUSAL_BYTES]);

#endif
