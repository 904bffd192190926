/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dkim_block - the body in canonical form, but for empty lines, 64 bytes at a time.
 *
 * The hot loop of dkim_body: it takes off the front of a chunk what can be judged by what each byte
 * and its neighbours are, and stops where somebody must look closer: at a line end that is not CR
 * LF, or near the end of the chunk.
 */
#ifndef EXOGATE_DKIM_BLOCK_H
#define EXOGATE_DKIM_BLOCK_H

#include "dkim_sig.h"
#include "span.h"

#define DKIM_BLOCK_BYTES ((size_t)64)

/* So many bytes are looked at, and so many may be written, for the sake of one block. */
#define DKIM_BLOCK_REACH (2 * DKIM_BLOCK_BYTES)

/*
 * Takes whole blocks off the front of *bytes, which begins a line or follows text of one, and
 * writes them at out in canonical form.  Returns how many octets that makes; what is behind them
 * in the room bytes at out is undefined.  Blanks are put as soon as something that is no blank and
 * no CR LF follows, and line ends, as CR LF, always.  It never stops between CR and LF.
 */
size_t dkim_block_run(enum dkim_canon canon, struct span *bytes, char *out, size_t room);

/* The same, for CPUs that have AVX2; elsewhere it is the same function. */
size_t dkim_block_run_avx2(enum dkim_canon canon, struct span *bytes, char *out, size_t room);

#endif
