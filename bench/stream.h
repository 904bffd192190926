/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream - an SMTP session as the bytes that Postfix sends a milter, and where it waits.
 *
 * A session with STARTTLS, a verified client certificate and one recipient, as Postfix 3.7's
 * src/milter/milter8.c sends it: macros before every event; for CONNECT to DATA also before those
 * that the milter switched off; header fields, the end of headers and the body not at all if it
 * did.  Bytes are buffered until an answer is due, and when smtpd hands over to cleanup after DATA.
 */
#ifndef EXOGATE_STREAM_H
#define EXOGATE_STREAM_H

#include <stdint.h>
#include <stdio.h>

#include "bytes.h"

/* What Postfix 3.7 offers. */
#define STREAM_ACTIONS 0x1ffu
#define STREAM_STEPS   0x1fffffu

struct stream_envelope {
	const char *client;	 /* dotted-quad */
	const char *certificate; /* verified name */
	const char *mail_from;	 /* in angle brackets */
	const char *rcpt;
};

/* Bytes that are sent together. */
struct stream_part {
	size_t at;
	size_t len;
	char event;	   /* the last packet's command */
	bool awaits_reply; /* before the next part */
};

struct stream {
	struct bytes bytes;
	struct stream_part *parts;
	size_t n_parts;
	size_t n_fields;     /* of a message's header, and */
	size_t header_bytes; /* how long it is in the text, with the empty line */
};

/*
 * Each of these makes one piece of the session, for a milter that negotiated these steps; the
 * caller frees with stream_free().
 */
void stream_make_offer(struct stream *out);
void stream_make_opening(const struct stream_envelope *envelope, uint32_t steps,
			 struct stream *out);

/* ABORT of the message before, which Postfix sends with the next command; then the message. */
#define STREAM_ABORT_BYTES 5u

/* False, with a line on errors, if the header of the text (RFC 5322) is none. */
bool stream_make_message(const struct bytes *text, const struct stream_envelope *envelope,
			 uint32_t steps, struct stream *out, FILE *errors);

/* ABORT for the last message, and another with QUIT. */
void stream_make_closing(struct stream *out);

void stream_free(struct stream *stream);

#endif
