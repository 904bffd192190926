/* SPDX-License-Identifier: Apache-2.0 */
/*
 * milter_answer - the answer to one message as packets of the milter stream: edits, then verdict.
 *
 * A refusal is "550 5.7.1 TEXT (exogate: REASON)", 451 4.7.1 if it is for now; where the policy has
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

/* Room that every refusal fits; an SMTP reply has no more (RFC 5321 4.5.3.1.5). */
#define MILTER_ANSWER_REFUSAL_BYTES 512

/*
 * An acceptance is composed in what is free of the arena, and is not committed there; one that does
 * not fit becomes a deferral, and *answer with it.  A refusal is composed in the given buffer, and
 * needs no arena.  The result is never empty and never failed.
 */
struct outbuf milter_answer_compose(struct session_answer *answer, struct arena *arena,
				    char refusal[static MILTER_ANSWER_REFUSAL_BYTES]);

#endif
