/* SPDX-License-Identifier: Apache-2.0 */
/*
 * close_reason - why a milter connection ended.
 *
 * The word stands in the log and in `exogated status`, and is stable.  The dialog gives those that
 * the MTA's bytes are the cause of, the engine the others.
 */
#ifndef EXOGATE_CLOSE_REASON_H
#define EXOGATE_CLOSE_REASON_H

#include "span.h"

#define CLOSE_REASONS(X)                                                          \
	X(CLOSE_QUIT, "quit")	/* the MTA said so */                             \
	X(CLOSE_ENDED, "ended") /* the MTA is gone, between messages */           \
	X(CLOSE_ENDED_IN_MESSAGE, "ended-in-message")                             \
	X(CLOSE_BROKEN, "broken")	      /* an error of the socket */        \
	X(CLOSE_BAD_FRAME, "bad-frame")	      /* a length that no packet has */   \
	X(CLOSE_BAD_PACKET, "bad-packet")     /* unknown or malformed */          \
	X(CLOSE_BAD_VERSION, "bad-version")   /* older than milter version 2 */   \
	X(CLOSE_OUT_OF_ORDER, "out-of-order") /* an event that cannot come now */ \
	X(CLOSE_TOO_LARGE, "too-large")	      /* a packet over the limits */      \
	X(CLOSE_IDLE, "idle")		      /* silent beyond limits.idle */     \
	X(CLOSE_FULL, "full")		      /* beyond limits.connections */     \
	X(CLOSE_STOPPED, "stopped")	      /* the daemon ends */

enum close_reason {
#define CLOSE_REASON_ENUM(reason, word) reason,
	CLOSE_REASONS(CLOSE_REASON_ENUM)
#undef CLOSE_REASON_ENUM
	CLOSE_N_REASONS,
};

struct span close_reason_word(enum close_reason reason);

#endif
