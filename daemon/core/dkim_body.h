/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dkim_body - the body in canonical form (RFC 6376 3.4.3, 3.4.4, 3.4.5), into a sink as it streams.
 *
 * Chunks are hostile and may be cut anywhere.  A line ends in CR LF, or in LF, which counts as CR
 * LF: a mail server that delivers one sends the other.  A CR without LF is text.  What is canonical
 * is gathered in a block that the sink gets when it is full, but for the line ends at its end: the
 * body may end there.
 * Cost: linear; with SHA-256 at 1.5 GB/s, a tenth of that for text, a quarter for indented lines.
 */
#ifndef EXOGATE_DKIM_BODY_H
#define EXOGATE_DKIM_BODY_H

#include <stdint.h>

#include "dkim_sig.h"
#include "dkim_sink.h"

#define DKIM_BODY_BYTES 2048

struct dkim_body {
	enum dkim_canon canon;
	struct dkim_sink *sink;
	uint64_t limit;	    /* l=; UINT64_MAX without one */
	uint64_t put;	    /* octets put into the sink, at most limit; at the end: of all */
	bool beyond;	    /* there is more than limit: some of the body is not covered */
	bool text;	    /* the sink has got something */
	bool cr;	    /* a CR is held back */
	bool blank;	    /* of RELAXED: blanks are held back */
	uint64_t line_ends; /* so many are held back, before what is in bytes */
	size_t len;
	char bytes[DKIM_BODY_BYTES]; /* canonical, but for line ends that may be the last */
};

void dkim_body_begin(struct dkim_body *body, enum dkim_canon canon, struct dkim_sink *sink,
		     uint64_t limit);

void dkim_body_chunk(struct dkim_body *body, struct span chunk);

/* Puts what ends the body; the sink is not flushed. */
void dkim_body_end(struct dkim_body *body);

#endif
