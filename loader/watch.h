/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch - the command watch: what passes and what is dropped, as it happens.
 *
 * On a terminal a screen that is drawn anew every second: packets by reason, and the latest drops.
 * Elsewhere a line a drop, for pipes.  Drops are told as far as a flood allows
 * (bpf/exogate_drop.h).  Only one can watch an interface at a time, since each event is read once.
 */
#ifndef EXOGATE_WATCH_H
#define EXOGATE_WATCH_H

#include "options.h"

/* Until SIGINT or SIGTERM, or until nobody reads its output.  Returns 0, or -1 after a line. */
int watch_run(const struct options *options);

#endif
