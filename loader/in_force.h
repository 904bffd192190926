/* SPDX-License-Identifier: Apache-2.0 */
/*
 * in_force - the list that attached programs look sources up in.
 *
 * Those that return an int return 0, or -1 after a line that says what is wrong; then there is
 * nothing to close or to free.
 */
#ifndef EXOGATE_IN_FORCE_H
#define EXOGATE_IN_FORCE_H

#include "attached.h"
#include "options.h"

/* The interfaces that the options mean, all or one: at least one on success, for attached_close().
 */
int in_force_open(const struct options *options, struct attached_set *out);

/* The list of one program, which must be readable; the caller frees it. */
int in_force_of(const struct held *held, struct list *out);

/* The list that all programs of such a set have, which must be one; the caller frees it. */
int in_force_common(const struct attached_set *set, struct list *out);

/* The same for the interfaces that the options mean. */
int in_force_read(const struct options *options, struct list *out);

#endif
