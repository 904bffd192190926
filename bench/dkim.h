/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dkim - the CPU time of verifying one signature, beside what bare OpenSSL takes for the same.
 *
 * A message is signed here and verified by core/dkim_check.h again and again, with its header
 * indexed and its key cached; beside it, in turns, OpenSSL hashes the canonical bytes and verifies
 * the signature, with everything prepared.  Timings are this thread's CPU time, medians of runs.
 * Allocations are those that OpenSSL makes in its calls.
 */
#ifndef EXOGATE_BENCH_DKIM_H
#define EXOGATE_BENCH_DKIM_H

/* `exogate-bench dkim`: a line for each kind and size of body. */
int dkim_run(int argc, char **argv);

#endif
