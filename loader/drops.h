/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drops - the command drops: which sources are dropped most.
 *
 * Sources are put together by /24 (IPv4) and /48 (IPv6).  Under a flood the numbers are estimates
 * (bpf/exogate_drop.h); the counters of status are exact.  The JSON is {"drops": [{"prefix",
 * "packets", "source", "reason", "age_s", "interface"}]}, most packets first; prefix and source,
 * the latest one, are null for frames whose source could not be read.
 */
#ifndef EXOGATE_DROPS_H
#define EXOGATE_DROPS_H

#include "options.h"

/* Returns 0, or -1 after a line for each thing that went wrong. */
int drops_run(const struct options *options);

#endif
