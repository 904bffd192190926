/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide - the CPU time of the functional core for one message.
 *
 * The bytes of a whole milter conversation about one message are fed to core/dialog.h again and
 * again; nothing is read, written or looked up meanwhile, so that what is measured is the price of
 * judging alone.  Timings are this thread's CPU time; quote the median of the runs.
 */
#ifndef EXOGATE_DECIDE_H
#define EXOGATE_DECIDE_H

/* `exogate-bench decide`: prints the verdict, to show what was measured, and the figures. */
int decide_run(int argc, char **argv);

#endif
