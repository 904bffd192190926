/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_steps - one session of a test, which packets are given to as they are on the wire.
 */
#ifndef EXOGATE_SESSION_STEPS_H
#define EXOGATE_SESSION_STEPS_H

#include "fixture.h"
#include "session.h"

#define STEPS_ALL_ACTIONS UINT32_C(0x51) /* ADD_HEADERS, CHANGE_HEADERS, CHANGE_FROM */

extern struct session steps_session;
extern struct session_answer steps_answer;
extern struct arena steps_arena; /* what messages are received into; 64 KB */

/* A new connection, for an MTA that allows all edits. */
void steps_begin(const struct policy *policy);

/* One packet, as an engine steps it: an arena before MAIL, the answer forgotten before the next. */
enum session_result steps_step(const char *packet, size_t len);

#define STEP(literal) steps_step(literal, sizeof(literal) - 1)

enum session_result steps_header(const char *name, const char *value);

/* An Exchange Online address with its certificate, up to HELO. */
void steps_connect_verified(void);

/* MAIL and RCPT of contoso's mail, and then the fields that prove it. */
void steps_envelope(void);
void steps_evidence(void);

void steps_check_reason(enum session_result result, enum reason reason);

/* One message of contoso's, with what proves it, to its end. */
void steps_check_message(enum reason reason);

#endif
