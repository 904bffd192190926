/* SPDX-License-Identifier: Apache-2.0 */
/*
 * address_map - the operator's file of which sender addresses move where.
 *
 * Text, a row a line: `@old.example  @new.example`, set apart by blanks; senders in the one domain
 * move to the other.  `#` begins a comment, at the start of a line or after a blank.  Other shapes
 * of rows are refused.  Whose the domains are is checked where the policy is built.
 */
#ifndef EXOGATE_ADDRESS_MAP_H
#define EXOGATE_ADDRESS_MAP_H

#include "settings_context.h"
#include "settings_value.h"

/* Each message of the tenant is compared with each row. */
#define ADDRESS_MAP_ROWS_MAX 1000

struct address_map_row {
	struct span from; /* normalised, all different, never equal to its `to` */
	struct span to;
	unsigned int line;
};

struct address_map {
	const struct address_map_row *rows; /* of the context's scratch memory */
	size_t n;
};

/*
 * Reads the file that a setting names.  Each fault is an error on the context's report, and its row
 * is left out.
 */
void address_map_read(struct settings_context *context, const struct settings_value *path,
		      struct address_map *out);

#endif
