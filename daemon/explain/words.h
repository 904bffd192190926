/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words - the enums of a judgement as the words that scripts compare.
 */
#ifndef EXOGATE_WORDS_H
#define EXOGATE_WORDS_H

#include "dkim_sig.h"
#include "edit.h"
#include "message_file.h"
#include "verdict.h"

const char *words_answer(enum verdict_decision decision); /* accept, 550, 451 */
const char *words_proof(enum proof_state state); /* agree, conflict, absent, unknown, failed */
const char *words_algorithm(enum dkim_algorithm algorithm); /* as in a= */
const char *words_note(enum message_note_kind kind);
const char *words_edit(enum edit_op op);
const char *words_rule(enum edit_rule rule);

/* outbound, inbound, forwarded or other: what was asked for, refused or not. */
const char *words_direction(enum reason reason);

#endif
