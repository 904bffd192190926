/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_rows - what the files that the table is written in share.
 */
#ifndef EXOGATE_SETTINGS_ROWS_H
#define EXOGATE_SETTINGS_ROWS_H

#include "settings_table.h"

#define PLACE(scope, member) \
	.key = #member, .offset = offsetof(struct settings_tree_##scope, member)

#define SCOPE(table, structure)                                                \
	{                                                                      \
		(table), sizeof(table) / sizeof((table)[0]), sizeof(structure) \
	}

extern const struct settings_choice settings_table_modes[];

/* What a tenant may send in a time, of one tenant or of all. */
extern const struct settings_scope settings_table_rate_limit;

/* The groups `acl`, `dkim` and `dns`. */
extern const struct settings_scope settings_table_acl;
extern const struct settings_scope settings_table_dkim;
extern const struct settings_scope settings_table_dns;

#endif
