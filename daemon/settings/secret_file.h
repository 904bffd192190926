/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret_file - the operator's file of the values of a secret header.
 *
 * Text, a value a line: SECRET_FILE_MIN to SECRET_FILE_MAX printable ASCII characters without
 * blanks.  Empty lines and those that begin with `#` say nothing.  No message shows a value.
 */
#ifndef EXOGATE_SECRET_FILE_H
#define EXOGATE_SECRET_FILE_H

#include "policy_tenant.h"
#include "settings_context.h"
#include "settings_value.h"

#define SECRET_FILE_MIN	   16  /* octets of a value: shorter ones can be guessed */
#define SECRET_FILE_MAX	   128 /* longer ones would be folded on their way */
#define SECRET_FILE_VALUES 8

/*
 * Reads the file that a setting names, of which there is one for each tenant.  Each fault is an
 * error on the context's report; a file that others can read, or a value that another tenant has, a
 * warning or error too.  The values are in the context's lasting memory.
 */
void secret_file_read(struct settings_context *context, const struct settings_value *path,
		      struct policy_span_list *out);

#endif
