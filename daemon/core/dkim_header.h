/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dkim_header - one header field in canonical form (RFC 6376 3.4.1 and 3.4.2), into a sink.
 *
 * Name and value are hostile, and as the milter delivers them: without the colon between them, the
 * blank after it in the value only if that was agreed (leading space), and with LF or CR LF for a
 * line end.  Canonical is CR LF.  A CR without LF is text.  The value may be given in pieces, cut
 * anywhere but between CR and LF, since that of b= is left out when its signature is verified.
 */
#ifndef EXOGATE_DKIM_HEADER_H
#define EXOGATE_DKIM_HEADER_H

#include "dkim_sig.h"
#include "dkim_sink.h"

struct dkim_header {
	enum dkim_canon canon;
	struct dkim_sink *sink;
	bool text;  /* of RELAXED: something of the value has been put */
	bool blank; /* likewise: blanks are held back */
};

void dkim_header_begin(struct dkim_header *header, enum dkim_canon canon, struct dkim_sink *sink,
		       struct span name);

void dkim_header_value(struct dkim_header *header, struct span piece);

/* Ends the field's line; a signature's own field is not ended (3.7). */
void dkim_header_end(struct dkim_header *header);

#endif
