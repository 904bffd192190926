/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drive - messages through a milter that somebody else has started, and measures.
 *
 * Closed loop, as driver.h has it.  Every message must be accepted.
 */
#ifndef EXOGATE_DRIVE_H
#define EXOGATE_DRIVE_H

/*
 * `exogate-bench drive`: prints how many messages it sent.  An exit status: 0, 1 if the milter did
 * not accept them all or broke the protocol, 2 for wrong usage.
 */
int drive_run(int argc, char **argv);

#endif
