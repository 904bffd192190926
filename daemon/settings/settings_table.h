/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_table - every key there is: type, default, range, where its value goes, what it does.
 *
 * The parser (settings_walk.h), the error messages and the printed reference are made from it.
 */
#ifndef EXOGATE_SETTINGS_TABLE_H
#define EXOGATE_SETTINGS_TABLE_H

#include <stdio.h>

#include "settings_tree.h"

struct settings_choice {
	const char *name; /* NULL ends the choices */
	int value;
	const char *refusal; /* why it cannot be chosen, or NULL */
};

enum settings_shape {
	SETTINGS_ONE,	 /* one value */
	SETTINGS_MANY,	 /* a list of values, all different */
	SETTINGS_GROUP,	 /* { }: its scope's structure lies at the offset */
	SETTINGS_GROUPS, /* a list of them: the value points to the structures */
};

enum settings_flag {
	SETTINGS_REQUIRED = 1,
	SETTINGS_NONEMPTY = 2, /* an empty list is an error */
};

struct settings_row {
	const char *key;
	enum settings_shape shape;
	unsigned int flags;
	size_t offset;			    /* into the structure of the scope it is in */
	const struct settings_type *type;   /* of a value, or of a list's values */
	const struct settings_scope *scope; /* of groups */
	const struct settings_choice *choices;
	const char *min, *max; /* of numbers, as the operator would write them */
	const char *fallback;  /* default, as text; of a list, its one value */
	const char *absent;    /* what it means if it is not there, in words */
	const char *example;   /* what to write, whole */
	const char *help;
};

struct settings_scope {
	const struct settings_row *rows;
	size_t n_rows; /* at most SETTINGS_ROWS_MAX */
	size_t size;   /* of its structure */
};

#define SETTINGS_ROWS_MAX 32
#define SETTINGS_KEY_MAX  40 /* octets of the longest key */

/* The outermost scope; its structure is struct settings_tree. */
extern const struct settings_scope settings_table;

/* That of one of the tenants. */
extern const struct settings_scope settings_table_tenant;

/* Prints the reference: each key with its type, default, range and meaning. */
void settings_table_print(FILE *out);

#endif
