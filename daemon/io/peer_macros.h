/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer_macros - what libmilter's macros tell the session of a peer.
 *
 * The library tells macros by name, and not with which packet they came: those of a stage stay
 * until that stage has new ones, and an empty packet has none.  A value counts here only if it lies
 * elsewhere than at the last events of its stage and of the stages before: the library reads
 * a packet into memory of its own before it frees that of the one which it replaces.
 */
#ifndef EXOGATE_PEER_MACROS_H
#define EXOGATE_PEER_MACROS_H

#include <libmilter/mfapi.h>

#include "peer.h"

/* Tells the session those macros which it reads at the stage of this event and which are new. */
void peer_macros_tell(SMFICTX *ctx, struct peer *peer, enum milter_command event);

/* At CONNECT: which client the macros name. */
void peer_macros_note_client(SMFICTX *ctx, struct peer *peer);

/* Later: loses the peer if they name another one, for the library has hidden its CONNECT. */
void peer_macros_check_client(SMFICTX *ctx, struct peer *peer);

#endif
