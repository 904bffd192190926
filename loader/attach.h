/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attach - the commands attach and detach.
 *
 * Each interface is done wholly or not at all: its program is loaded and its list verified first,
 * and one system call then attaches (the new link is closed again if it cannot be pinned) or
 * replaces the program (LINK_UPDATE).  In libxdp's dispatcher replacing has two: the new program
 * joins, then the old one leaves.  An interface that fails does not keep the others from being
 * done, but the command fails.
 *
 * Both return 0, or -1 after a line for each thing that went wrong.
 */
#ifndef EXOGATE_ATTACH_H
#define EXOGATE_ATTACH_H

#include "options.h"

int attach_run(const struct options *options);
int attach_undo(const struct options *options);

#endif
