/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holder - whose is a BPF program?
 */
#ifndef EXOGATE_HOLDER_H
#define EXOGATE_HOLDER_H

#include <linux/types.h>

#define HOLDER_TEXT_SIZE 96

/*
 * Writes "held by NAME (process PID)", of the first process found that has the program or a link to
 * it open; "held by no process" if there is none, as for one that is pinned or was attached by
 * ip(8).  Returns text.
 */
const char *holder_describe(__u32 program, char text[HOLDER_TEXT_SIZE]);

#endif
