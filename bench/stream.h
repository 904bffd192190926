/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream - a message as the bytes that Postfix sends a milter.
 *
 * One SMTP session with STARTTLS, a verified client certificate and one recipient, macros before
 * every event, all that version 6 lets a filter switch off switched off (Postfix 3.7's
 * src/milter/milter8.c).  The body is left out, as for a filter that does not ask for it.
 */
#ifndef EXOGATE_STREAM_H
#define EXOGATE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct stream_envelope {
	const char *client;	 /* dotted-quad */
	const char *certificate; /* verified name */
	const char *mail_from;	 /* in angle brackets */
	const char *rcpt;
};

struct stream {
	char *opening; /* NEGOTIATE to HELO */
	size_t opening_len;
	char *message; /* MAIL to END_OF_MESSAGE, and ABORT */
	size_t message_len;
	size_t n_fields;
	size_t header_bytes; /* of the message as it stands in the file */
};

/*
 * Reads a message in RFC 5322 form, its lines ended by LF or CR LF.  False after a line on errors.
 * The caller frees with stream_free().
 */
bool stream_make(const char *path, const struct stream_envelope *envelope, struct stream *out,
		 FILE *errors);
void stream_free(struct stream *stream);

#endif
