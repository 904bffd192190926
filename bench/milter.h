/* SPDX-License-Identifier: Apache-2.0 */
/*
 * milter - `exogate-bench milter`: what a message costs exogated, beside a milter that does nothing
 * and beside what else could be run.
 *
 * Every peer is started anew for each run, on a core of its own, and driven as Postfix drives it;
 * the peers take turns, so that what else the machine does meets all alike.  Quote the ratios.
 */
#ifndef EXOGATE_MILTER_H
#define EXOGATE_MILTER_H

/* An exit status: 0, 1 if the run failed or is void, 2 for wrong usage. */
int milter_run(int argc, char **argv);

#endif
