/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xdp - what a packet costs in the XDP program, beside other ways to look its source up.
 *
 * Programs run in the kernel by BPF_PROG_TEST_RUN and no packet is on any wire; figures are the
 * kernel's own, of one CPU, and quoted net of a program that only drops, in the same round.
 */
#ifndef EXOGATE_XDP_H
#define EXOGATE_XDP_H

/* `exogate-bench xdp`: an exit status: 0, 1 if the run failed or is void, 2 for wrong usage. */
int xdp_run(int argc, char **argv);

#endif
