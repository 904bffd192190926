/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tenant_table - tenants from a text file, a row each: up to a million of them.
 *
 * A row is a line of fields KEY=VALUE, set apart by blanks:
 *
 *	name=contoso ids=1234abcd-... domains=contoso.com,contoso.onmicrosoft.com proofs=2
 *
 * Keys are those of a tenant in the settings (settings_table.c), each once; a key in a group is
 * GROUP.KEY.  A list's values have a comma between them.  A value with a blank stands in "double
 * quotes", in which nothing is escaped.  `#` begins a comment, at the start of a line or after a
 * blank; empty lines are skipped.
 *
 * The operator is trusted and errs: each fault is a line on the report, and says where.
 */
#ifndef EXOGATE_TENANT_TABLE_H
#define EXOGATE_TENANT_TABLE_H

#include "settings_context.h"
#include "settings_tree.h"

struct tenant_table {
	struct settings_context *context;
	char *text; /* the whole file, cut up as it is read */
	char *rest; /* of it */
	unsigned int line;
	struct settings_pool *row; /* memory of the row at hand */
};

/*
 * Reads the file that a setting names.  False after an error on the context's report;
 * tenant_table_close() is to follow in either case.
 */
bool tenant_table_open(struct tenant_table *table, struct settings_context *context,
		       const struct settings_value *path);

void tenant_table_close(struct tenant_table *table);

/* Rows that there are at most. */
size_t tenant_table_rows(const struct tenant_table *table);

/*
 * The next row as a tenant, as settings_walk() leaves one; its line is table->line.  Its texts are
 * in the context's lasting memory, all else is gone with the next row.  False at the end.
 */
bool tenant_table_next(struct tenant_table *table, struct settings_tree_tenant *out);

#endif
