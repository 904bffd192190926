/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flood - SYNs from random sources out of an interface, as fast as one CPU makes them.
 *
 * By BPF_PROG_TEST_RUN with live frames, so that making a frame costs little beside what is done
 * with it on the other side.  For interfaces of the bench's own: the peers of a veth pair.
 */
#ifndef EXOGATE_FLOOD_H
#define EXOGATE_FLOOD_H

/* `exogate-bench flood`: an exit status: 0, 1 if it failed, 2 for wrong usage. */
int flood_run(int argc, char **argv);

#endif
