/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message_file - a message in a file, as Postfix would hand it to a milter.
 *
 * Lines end in LF or CRLF.  What Postfix does on the way (src/smtpd/smtpd.c, global/is_header.c,
 * global/mime_state.c, cleanup/) is done here too:
 *  - A field begins with a name of printable ASCII and a colon; blanks between the two are dropped.
 *    A line that begins with a blank continues it; the fold becomes LF.  The first line that is
 *    neither ends the header: what follows is body, whatever it looks like.
 *  - A "From " line from a client, on top, becomes X-Mailbox-Line; a blank there ends the header.
 *  - A NUL hides the rest of its line, another CR becomes a blank, and a field is cut at
 *    MESSAGE_FIELD_MAX octets.
 *  - Return-Path, Bcc, Resent-Bcc and Content-Length are taken out.
 *
 * The file is a message as its client sends it: without a Received field of this mail server's.  A
 * "From " that the file begins with is a mailbox's, and left out.
 * The lines of the body end in CRLF, the last one too.  The bytes are hostile.
 */
#ifndef EXOGATE_MESSAGE_FILE_H
#define EXOGATE_MESSAGE_FILE_H

#include <stdio.h>

#include "span.h"

#define MESSAGE_FIELD_MAX 60000 /* octets of name, colon and value */

/* Octets of header that are read: more than any limits.message_header; the rest is left out. */
#define MESSAGE_HEADER_MAX ((size_t)16 * 1024 * 1024)

/* Octets of body; a longer one is an error. */
#define MESSAGE_BODY_MAX ((size_t)128 * 1024 * 1024)

struct message_field {
	struct span name;
	struct span value; /* with the blank after the colon */
	size_t line;	   /* where it begins in the file, from 1 */
};

/* What a reader of the file would not expect. */
enum message_note_kind {
	MESSAGE_MAILBOX_LINE, /* the first line, left out */
	MESSAGE_NUL,	      /* a line of the header is cut there; told once of a field */
};

struct message_note {
	enum message_note_kind kind;
	size_t line;
	struct span field; /* its name; empty of MAILBOX_LINE, and of a NUL that ends the header */
};

struct message_file {
	struct message_field *fields; /* as delivered, in order */
	size_t n_fields;
	struct message_field return_path; /* the first; line 0: there is none */
	struct message_note *notes;	  /* by line */
	size_t n_notes;
	struct span body;
	char *text, *body_text; /* own what the spans point to */
};

/*
 * Reads the file at path, "-" being standard input, which is read to its end.  False after a line
 * on errors; else the caller frees with message_file_free().
 */
bool message_file_read(const char *path, FILE *errors, struct message_file *out);
void message_file_free(struct message_file *message);

#endif
