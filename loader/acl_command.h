/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acl_command - the commands acl show, diff, apply, check and export.
 *
 * "The list" is the one in force on the attached interfaces, which must be the same on all of them
 * (else --interface says which), or with --acl the one that a file and the options make: then no
 * program need be attached and no right is needed.
 *
 * Each returns 0, or -1 after a line for each thing that went wrong.
 */
#ifndef EXOGATE_ACL_COMMAND_H
#define EXOGATE_ACL_COMMAND_H

#include "options.h"

int acl_show(const struct options *options);

/* What applying a file would change, and whether it would be refused; changes nothing. */
int acl_diff(const struct options *options);

/* Puts a new version of Microsoft's part in force on all attached interfaces, or on the one named;
 * for every packet that is one step. */
int acl_apply(const struct options *options);

/* Is the address admitted, and by which prefix of whose? */
int acl_check(const struct options *options);

int acl_export(const struct options *options);

/* Reads "the list", which the caller frees. */
int acl_read_meant(const struct options *options, struct list *out);

#endif
