/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dkim_run - how much of a body chunk is canonical as it stands?
 *
 * The hot loop of dkim_body.  The run begins in the middle of a line, or at the start of one with
 * nothing held back, and its end is where somebody must look closer: at a blank or line end that
 * may have to go, or near the end of the bytes.
 */
#ifndef EXOGATE_DKIM_RUN_H
#define EXOGATE_DKIM_RUN_H

#include "dkim_sig.h"
#include "span.h"

/*
 * Octets from the start of bytes that are canonical whatever follows.  It may be fewer than there
 * are, is 0 for bytes.len below 65, and never ends between CR and LF.
 */
size_t dkim_run_len(enum dkim_canon canon, struct span bytes);

#endif
