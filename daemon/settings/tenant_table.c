// SPDX-License-Identifier: Apache-2.0
#include "tenant_table.h"

#include <stdlib.h>

#include "settings_file.h"
#include "settings_nearest.h"
#include "settings_walk.h"

/* What is wrong with the form of a row, the rest of which is skipped. */
static const char no_field[] = "not a field; write KEY=VALUE, as in name=contoso";
static const char no_end[] = "a quoted value begins here and has no end; write \"";
static const char no_blank[] = "a quoted value ends before a blank; write one behind it";

/* --- the file --------------------------------------------------------------------------------- */

bool tenant_table_open(struct tenant_table *table, struct settings_context *context,
		       const struct settings_value *path)
{
	const char *why = "";

	*table = (struct tenant_table){ .context = context, .row = settings_pool_new() };
	context->report.table = path->text.p;
	table->text = settings_file_text(path->text.p, &why);
	table->rest = table->text;
	if (!table->text)
		settings_report_error(&context->report, &path->place, "cannot read %s: %s",
				      path->text.p, why);
	else if (!table->row)
		settings_report_error(&context->report, NULL, "not enough memory");
	return table->text && table->row;
}

void tenant_table_close(struct tenant_table *table)
{
	settings_pool_free(table->row);
	free(table->text);
}

size_t tenant_table_rows(const struct tenant_table *table)
{
	size_t n = 1;

	for (const char *p = table->rest; *p; p++)
		n += *p == '\n';
	return n;
}

static bool is_blank(char c)
{
	return c && span_is_blank(c);
}

static char *skip_blanks(char *p)
{
	while (is_blank(*p))
		p++;
	return p;
}

/* The next line that is not empty, with a NUL for its end; NULL at the end. */
static char *next_line(struct tenant_table *table)
{
	char *line;

	while (table->rest && *table->rest) {
		line = strsep(&table->rest, "\n");
		table->line++;
		line = skip_blanks(line);
		if (*line && *line != '#')
			return line;
	}
	return NULL;
}

/* --- fields ----------------------------------------------------------------------------------- */

struct field {
	char *key;
	char *value;
	struct settings_place place;
};

static void report(struct tenant_table *table, const struct settings_place *place, const char *text)
{
	settings_report_error(&table->context->report, place, "%s", text);
}

/* Cuts the value off at its end, which is moved behind; an error otherwise. */
static const char *cut_value(struct field *field, char **at)
{
	char *end = field->value;

	if (*end != '"') {
		while (*end && !is_blank(*end))
			end++;
	} else {
		field->value++;
		end = strchr(field->value, '"');
		if (!end)
			return no_end;
		if (end[1] && !is_blank(end[1]))
			return no_blank;
		*end++ = '\0';
	}
	*at = *end ? end + 1 : end;
	*end = '\0';
	return NULL;
}

/* Cuts the next field off; false at the end of the row, or after an error. */
static bool next_field(struct tenant_table *table, char **at, struct field *field)
{
	char *p = skip_blanks(*at);
	size_t len = strcspn(p, "= \t\r\"#");
	const char *error = no_field;

	if (!*p || *p == '#')
		return false;
	*field = (struct field){ .key = p, .place.line = table->line };
	if (len && p[len] == '=') {
		p[len] = '\0';
		field->place.key = p;
		field->value = p + len + 1;
		error = cut_value(field, at);
	}
	if (error)
		report(table, &field->place, error);
	return !error;
}

/* The group that a key with a dot is in, whose scope and structure it moves on to. */
static bool enter_group(struct tenant_table *table, const struct field *field,
			const struct settings_scope **scope, char **out)
{
	const struct settings_row *row;
	char name[SETTINGS_KEY_MAX + 2];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(field->key, "."), field->key);
	row = settings_nearest_known(&table->context->report, *scope, name, &field->place);
	if (row && row->shape != SETTINGS_GROUP)
		report(table, &field->place, "not a group; leave out the dot and what follows");
	if (!row || row->shape != SETTINGS_GROUP)
		return false;
	*scope = row->scope;
	*out += row->offset;
	return true;
}

/* The row of a key, "domains" or "rewrite.map"; moves *out to its group.  NULL after an error. */
static const struct settings_row *find_row(struct tenant_table *table, const struct field *field,
					   char **out)
{
	const struct settings_scope *scope = &settings_table_tenant;
	const char *dot = strchr(field->key, '.');
	const struct settings_row *row;

	if (dot && !enter_group(table, field, &scope, out))
		return NULL;
	row = settings_nearest_known(&table->context->report, scope, dot ? dot + 1 : field->key,
				     &field->place);
	if (!row || row->shape == SETTINGS_ONE || row->shape == SETTINGS_MANY)
		return row;
	report(table, &field->place,
	       row->shape == SETTINGS_GROUP ?
		       "a group; write its keys, as in rewrite.map=PATH" :
		       "a list of groups has no place in a table; write this "
		       "tenant in the settings");
	return NULL;
}

/* Places outlive the text of the table. */
static const char *keep_key(struct tenant_table *table, const struct settings_row *row,
			    const char *key)
{
	if (!strcmp(key, row->key))
		return row->key;
	return settings_pool_text(table->context->keep, span_of_string(key)).p;
}

/* --- values ----------------------------------------------------------------------------------- */

static size_t count_items(const char *text)
{
	size_t n = 1;

	for (; (text = strchr(text, ',')); text++)
		n++;
	return n;
}

static void read_list(struct tenant_table *table, const struct settings_row *row,
		      const struct field *field, struct settings_value *out)
{
	struct settings_context *c = table->context;
	unsigned int errors = c->report.n_errors;
	char *rest = field->value, *text;

	*out = (struct settings_value){ .place = field->place, .text = SPAN("") };
	out->items =
		settings_pool_array(c->scratch, count_items(field->value), sizeof(*out->items));
	while (out->items && (text = strsep(&rest, ","))) {
		struct settings_value item = { 0 };

		settings_walk_text(c, row, &field->place, span_of_string(text), &item);
		if (!rest && !out->n && item.state == SETTINGS_VALUE_GIVEN)
			out->items[out->n++] = item; /* alone: nothing to compare it with */
		else
			settings_walk_item(c, &item, out);
	}
	out->state = c->report.n_errors > errors ? SETTINGS_VALUE_BAD : SETTINGS_VALUE_GIVEN;
}

static bool is_written(const struct settings_value *value)
{
	return value->state == SETTINGS_VALUE_GIVEN || value->state == SETTINGS_VALUE_BAD;
}

static void read_field(struct tenant_table *table, struct field *field,
		       struct settings_tree_tenant *out)
{
	char *group = (char *)out;
	const struct settings_row *row = find_row(table, field, &group);
	struct settings_value *value;

	if (!row)
		return;
	field->place.key = keep_key(table, row, field->key);
	value = (void *)(group + row->offset);
	if (is_written(value))
		report(table, &field->place, "given twice in this row; take one of them out");
	else if (row->shape == SETTINGS_MANY && *field->value)
		read_list(table, row, field, value);
	else if (row->shape == SETTINGS_MANY)
		settings_report_error(&table->context->report, &field->place,
				      "an empty list; take it out, or write %s=VALUE,VALUE",
				      field->key);
	else
		settings_walk_text(table->context, row, &field->place, span_of_string(field->value),
				   value);
}

/* Whether one of the keys of the scope is there. */
static bool is_begun(const struct settings_scope *scope, const char *group)
{
	for (size_t i = 0; i < scope->n_rows; i++)
		if (!scope->rows[i].scope &&
		    is_written((const void *)(group + scope->rows[i].offset)))
			return true;
	return false;
}

static void report_missing(struct tenant_table *table, const struct settings_row *row)
{
	const struct settings_place place = { .key = row->key, .line = table->line };

	settings_report_error(&table->context->report, &place, "missing; write %s=%s", row->key,
			      row->shape == SETTINGS_MANY ? "VALUE,VALUE" : "VALUE");
}

static void check_required(struct tenant_table *table, const struct settings_scope *scope,
			   const char *group)
{
	for (size_t i = 0; i < scope->n_rows; i++) {
		const struct settings_row *row = &scope->rows[i];
		const char *at = group + row->offset;

		if (row->shape == SETTINGS_GROUP && is_begun(row->scope, at))
			check_required(table, row->scope, at);
		else if (!row->scope && (row->flags & SETTINGS_REQUIRED) &&
			 !is_written((const void *)at))
			report_missing(table, row);
	}
}

/* --- rows ------------------------------------------------------------------------------------- */

static void read_row(struct tenant_table *table, char *line, struct settings_tree_tenant *out)
{
	const struct settings_place place = { .line = table->line };
	unsigned int errors = table->context->report.n_errors;
	struct field field;

	memset(out, 0, sizeof(*out));
	settings_walk_absent(table->context, &settings_table_tenant, &place, out);
	while (next_field(table, &line, &field))
		read_field(table, &field, out);
	if (table->context->report.n_errors == errors)
		check_required(table, &settings_table_tenant, (const char *)out);
}

bool tenant_table_next(struct tenant_table *table, struct settings_tree_tenant *out)
{
	struct settings_context *c = table->context;
	struct settings_pool *scratch = c->scratch;
	struct settings_index index = c->index;
	char *line = next_line(table);

	if (!line)
		return false;
	settings_pool_reset(table->row);
	c->scratch = table->row;
	c->index = (struct settings_index){ .pool = table->row };
	read_row(table, line, out);
	c->scratch = scratch;
	c->index = index;
	return true;
}
