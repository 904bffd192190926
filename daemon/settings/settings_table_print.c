// SPDX-License-Identifier: Apache-2.0
#include "settings_table.h"

#define PATH_MAX_BYTES 128

static void print_choices(FILE *out, const struct settings_choice *choices)
{
	const char *separator = "";

	for (; choices->name; choices++) {
		if (choices->refusal)
			continue;
		fprintf(out, "%s\"%s\"", separator, choices->name);
		separator = " or ";
	}
}

static void print_type(FILE *out, const struct settings_row *row)
{
	if (row->shape == SETTINGS_MANY)
		fputs("list, each ", out);
	if (row->choices)
		print_choices(out, row->choices);
	else
		fputs(row->type->noun, out);
	if (row->min)
		fprintf(out, " from %s to %s", row->min, row->max);
}

static void print_default(FILE *out, const struct settings_row *row)
{
	const char *quote = row->fallback && row->type->integer ? "" : "\"";

	if (row->flags & SETTINGS_REQUIRED)
		fputs("; required", out);
	else if (row->absent)
		fprintf(out, "; %s", row->absent);
	else if (!row->fallback)
		fputs(row->shape == SETTINGS_MANY ? "; default: none" : "", out);
	else if (row->shape == SETTINGS_MANY)
		fprintf(out, "; default: [ \"%s\" ]", row->fallback);
	else
		fprintf(out, "; default: %s%s%s", quote, row->fallback, quote);
}

static void print_help(FILE *out, const char *help)
{
	putc('\t', out);
	for (; *help; help++) {
		putc(*help, out);
		if (*help == '\n')
			putc('\t', out);
	}
	putc('\n', out);
}

static void print_scope(FILE *out, const struct settings_scope *scope, const char *prefix)
{
	for (size_t i = 0; i < scope->n_rows; i++) {
		const struct settings_row *row = &scope->rows[i];
		char path[PATH_MAX_BYTES];

		if (row->scope) {
			snprintf(path, sizeof(path), "%s%s%s", prefix, row->key,
				 row->shape == SETTINGS_GROUPS ? "[]." : ".");
			print_scope(out, row->scope, path);
			continue;
		}
		fprintf(out, "%s%s\n\t", prefix, row->key);
		print_type(out, row);
		print_default(out, row);
		putc('\n', out);
		print_help(out, row->help);
	}
}

void settings_table_print(FILE *out)
{
	print_scope(out, &settings_table, "");
}
