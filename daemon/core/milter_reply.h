/* SPDX-License-Identifier: Apache-2.0 */
/*
 * milter_reply - our answers as bytes of the milter stream.
 *
 * Everything is appended to a bounded outbuf; ask outbuf_ok() once at the end.  What a value could
 * do to the MTA is undone here, for every caller: in header values CR and NUL become blanks (the CR
 * of a CR LF is dropped) and an LF that no blank follows is given one (Postfix would write a line
 * of its own from it); in names and addresses CR, LF and NUL are dropped.
 */
#ifndef EXOGATE_MILTER_REPLY_H
#define EXOGATE_MILTER_REPLY_H

#include "edit.h"
#include "milter_negotiate.h"
#include "milter_wire.h"
#include "outbuf.h"

/* The answer to the MTA's offer. */
void milter_reply_agreement(struct outbuf *out, const struct milter_agreement *agreed);

/* CONTINUE or ACCEPT. */
void milter_reply_plain(struct outbuf *out, enum milter_response response);

/* What libmilter takes of a reply (its MAXREPLIES and MAXREPLYLEN), so what is sent at all. */
#define MILTER_REPLY_LINES_MAX	32
#define MILTER_REPLY_LINE_BYTES 980 /* of a line, its codes not counted */

/*
 * An SMTP reply, e.g. "550 5.7.1 No (exogate: reason)".  Each line break in it (LF or CR LF) begins
 * another line, which is given the same codes: "550-5.7.1 one" CR LF "550 5.7.1 two".  '%' is
 * doubled, since Postfix expands it; CR and NUL become blanks.  A reply over the limits fails.
 */
void milter_reply_code(struct outbuf *out, struct span text);

/* The enum milter_action that the edit needs. */
uint32_t milter_reply_action(enum edit_op op);

/* One edit, to be sent between END_OF_MESSAGE and the verdict. */
void milter_reply_edit(struct outbuf *out, const struct edit *edit);

#endif
