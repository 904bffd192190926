/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output - whether what a command printed has arrived.
 */
#ifndef EXOGATE_OUTPUT_H
#define EXOGATE_OUTPUT_H

/*
 * Flushes standard output.  The exit code: 0, or 1 if anything printed to it so far was lost, with
 * a line on standard error that says why.
 */
int output_flush(void);

#endif
