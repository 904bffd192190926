/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link - the program on an interface, in native or generic mode, and why not.
 */
#ifndef EXOGATE_LINK_H
#define EXOGATE_LINK_H

#include "options.h"
#include "program.h"
#include "target.h"

/*
 * Attaches, by OPTIONS_MODE_AUTO in generic mode if not in native mode, after a line that says why.
 * Returns the link's descriptor, the caller's, which holds the attachment, and in *mode the name of
 * the mode; or -1 after a line that says what is wrong.
 */
int link_create(const struct exogate *program, const struct target *target,
		enum options_mode wanted, const char **mode);

#endif
