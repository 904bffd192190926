/* SPDX-License-Identifier: Apache-2.0 */
/*
 * swap - lists exchanged again and again while packets are judged.
 *
 * Two lists take turns, one of six prefixes and one of 1,000 that has them too; half of the packets
 * are from sources in both, half from sources in neither.  P11 of the performance targets: no
 * verdict is wrong, and no packet waits.
 */
#ifndef EXOGATE_SWAP_H
#define EXOGATE_SWAP_H

#include <stdint.h>

struct swap_result {
	uint64_t swaps;
	uint64_t packets;	     /* judged while lists were exchanged */
	double swap_ms, swap_max_ms; /* what one exchange took: median, longest */
	double quiet_ns, busy_ns;    /* a packet, without and with exchanges: medians */
};

/* 0; or -1 after a line on standard error: it could not be measured, or a verdict was wrong. */
int swap_measure(unsigned int rounds, struct swap_result *out);

#endif
