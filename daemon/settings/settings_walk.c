// SPDX-License-Identifier: Apache-2.0
#include "settings_walk.h"

#include <assert.h>

#include "settings_nearest.h"

/* One group of the file and the structure that it goes into. */
struct target {
	const struct settings_scope *scope;
	const config_setting_t *group;
	char *out;
};

static void read_group(struct settings_context *c, const struct target *target);

static void report_expected(struct settings_context *c, const struct settings_place *place,
			    const struct settings_row *row, const char *expected)
{
	settings_report_error(&c->report, place, "expected %s; write %s", expected, row->example);
}

static void report_missing(struct settings_context *c, const config_setting_t *group,
			   const struct settings_row *row)
{
	const struct settings_place missing = { .at = group, .key = row->key };

	settings_report_error(&c->report, &missing, "missing; write %s", row->example);
}

/* --- values ----------------------------------------------------------------------------------- */

static void put_choices(const struct settings_choice *choice, char *out, size_t size)
{
	size_t len = 0;

	for (; choice->name; choice++)
		if (!choice->refusal && len < size)
			len += (size_t)snprintf(out + len, size - len, "%s\"%s\"",
						len ? " or " : "; write ", choice->name);
}

/* What would be right, for a row that can say so. */
static const char *mend(const struct settings_row *row, char *out, size_t size)
{
	out[0] = '\0';
	if (row->choices)
		put_choices(row->choices, out, size);
	else if (row->min)
		snprintf(out, size, "; from %s to %s", row->min, row->max);
	return out;
}

static void report_value(struct settings_context *c, const struct settings_input *in,
			 const struct settings_place *place, const char *error)
{
	const char *quotes = in->row->type->integer ? "" : "\"";
	char quoted[SETTINGS_REPORT_QUOTE], mended[128];

	if (in->row->type->hidden) {
		settings_report_error(&c->report, place, "%s", error);
		return;
	}
	settings_report_error(&c->report, place, "%s%s%s: %s%s", quotes,
			      settings_report_quote(in->text, quoted), quotes, error,
			      mend(in->row, mended, sizeof(mended)));
}

void settings_walk_text(struct settings_context *c, const struct settings_row *row,
			const struct settings_place *place, struct span text,
			struct settings_value *out)
{
	const struct settings_input in = { text, row, c->keep };
	const char *error;

	out->state = SETTINGS_VALUE_GIVEN;
	out->place = *place;
	out->text = SPAN("");
	error = row->type->parse(&in, out);
	if (!error)
		return;
	out->state = SETTINGS_VALUE_BAD;
	report_value(c, &in, &out->place, error);
}

/* Numbers without quotes are few and small: what libconfig wraps cannot be told. */
static void read_integer(struct settings_context *c, const struct settings_row *row,
			 const config_setting_t *setting, struct settings_value *out)
{
	char text[sizeof("-9223372036854775808")];

	snprintf(text, sizeof(text), "%lld", config_setting_get_int64(setting));
	settings_walk_text(c, row, &(const struct settings_place){ .at = setting },
			   span_of_string(text), out);
}

static void read_one(struct settings_context *c, const struct settings_row *row,
		     const config_setting_t *setting, struct settings_value *out)
{
	const struct settings_place place = { .at = setting };
	int type = config_setting_type(setting);

	if (row->type->integer && (type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64)) {
		read_integer(c, row, setting, out);
	} else if (!row->type->integer && type == CONFIG_TYPE_STRING) {
		settings_walk_text(c, row, &place,
				   span_of_string(config_setting_get_string(setting)), out);
	} else {
		*out = (struct settings_value){ .state = SETTINGS_VALUE_BAD, .place = place };
		out->text = SPAN("");
		report_expected(c, &place, row, row->type->expects);
	}
}

/* --- lists ------------------------------------------------------------------------------------ */

/* The number of members; 0 if it is no list or an empty one that may not be, which is reported. */
static size_t list_length(struct settings_context *c, const struct settings_row *row,
			  const config_setting_t *list, const char *expected)
{
	const struct settings_place place = { .at = list };
	size_t n;

	if (!config_setting_is_list(list) && !config_setting_is_array(list)) {
		report_expected(c, &place, row, expected);
		return 0;
	}
	n = (size_t)config_setting_length(list);
	if (n == 0 && (row->flags & SETTINGS_NONEMPTY))
		settings_report_error(&c->report, &place, "an empty list; write %s", row->example);
	return n;
}

void settings_walk_item(struct settings_context *c, const struct settings_value *item,
			struct settings_value *out)
{
	const struct settings_place *earlier;
	char quoted[SETTINGS_REPORT_QUOTE];

	if (item->state == SETTINGS_VALUE_BAD)
		return;
	earlier = settings_index_add(&c->index, out, item->text, &item->place);
	if (earlier)
		settings_report_error(&c->report, &item->place,
				      "\"%s\" is in the list already (%s:%u)",
				      settings_report_quote(item->text, quoted),
				      settings_report_file(&c->report, earlier),
				      settings_report_line_of(earlier));
	else
		out->items[out->n++] = *item;
}

static void read_many(struct settings_context *c, const struct settings_row *row,
		      const config_setting_t *list, struct settings_value *out)
{
	unsigned int errors = c->report.n_errors;
	size_t n = list_length(c, row, list, "a list of strings");

	out->place.at = list;
	out->items = settings_pool_array(c->scratch, n, sizeof(*out->items));
	for (size_t i = 0; out->items && i < n; i++) {
		struct settings_value item = { 0 };

		read_one(c, row, config_setting_get_elem(list, (unsigned int)i), &item);
		settings_walk_item(c, &item, out);
	}
	out->state = c->report.n_errors > errors ? SETTINGS_VALUE_BAD : SETTINGS_VALUE_GIVEN;
}

static void read_groups(struct settings_context *c, const struct settings_row *row,
			const config_setting_t *list, struct settings_value *out)
{
	unsigned int errors = c->report.n_errors;
	size_t n = list_length(c, row, list, "a list of groups");
	char *groups = settings_pool_array(c->scratch, n, row->scope->size);
	struct target target = { .scope = row->scope };
	struct settings_place place = { 0 };

	out->place.at = list;
	for (size_t i = 0; groups && i < n; i++) {
		target.group = place.at = config_setting_get_elem(list, (unsigned int)i);
		target.out = groups + out->n_groups * row->scope->size;
		if (!config_setting_is_group(place.at)) {
			report_expected(c, &place, row, "a group");
			continue;
		}
		read_group(c, &target);
		out->n_groups++;
	}
	out->groups = groups;
	out->state = c->report.n_errors > errors ? SETTINGS_VALUE_BAD : SETTINGS_VALUE_GIVEN;
}

/* --- groups ----------------------------------------------------------------------------------- */

static void read_nested(struct settings_context *c, const struct settings_row *row,
			const config_setting_t *setting, char *out)
{
	const struct target target = { row->scope, setting, out };
	const struct settings_place place = { .at = setting };

	if (config_setting_is_group(setting))
		read_group(c, &target);
	else
		report_expected(c, &place, row, "a group");
}

static void read_setting(struct settings_context *c, const struct settings_row *row,
			 const config_setting_t *setting, char *out)
{
	struct settings_value *value = (void *)(out + row->offset);

	switch (row->shape) {
	case SETTINGS_ONE:
		read_one(c, row, setting, value);
		break;
	case SETTINGS_MANY:
		read_many(c, row, setting, value);
		break;
	case SETTINGS_GROUP:
		read_nested(c, row, setting, out + row->offset);
		break;
	case SETTINGS_GROUPS:
		read_groups(c, row, setting, value);
		break;
	}
}

static void fill_default(struct settings_context *c, const struct settings_row *row,
			 const struct settings_place *group, struct settings_value *out)
{
	const struct settings_place place = { group->at, row->key, group->line };
	struct settings_value *value = out;

	out->place = place;
	out->text = SPAN("");
	if (!row->fallback)
		return;
	if (row->shape == SETTINGS_MANY) {
		value = settings_pool_array(c->scratch, 1, sizeof(*value));
		if (!value)
			return;
		out->items = value;
		out->n = 1;
	}
	settings_walk_text(c, row, &place, span_of_string(row->fallback), value);
	assert(value->state != SETTINGS_VALUE_BAD);
	out->state = SETTINGS_VALUE_DEFAULT;
}

/* A row whose key is not in the group. */
static void fill_row(struct settings_context *c, const struct settings_row *row,
		     const struct settings_place *group, char *out)
{
	if (row->shape == SETTINGS_GROUP)
		settings_walk_absent(c, row->scope, group, out + row->offset);
	else
		fill_default(c, row, group, (void *)(out + row->offset));
}

void settings_walk_absent(struct settings_context *c, const struct settings_scope *scope,
			  const struct settings_place *place, void *out)
{
	for (size_t i = 0; i < scope->n_rows; i++)
		fill_row(c, &scope->rows[i], place, out);
}

static void read_group(struct settings_context *c, const struct target *target)
{
	const struct settings_scope *scope = target->scope;
	const struct settings_place group = { .at = target->group };
	bool seen[SETTINGS_ROWS_MAX] = { false };
	int n = config_setting_length(target->group);

	assert(scope->n_rows <= SETTINGS_ROWS_MAX);
	for (int i = 0; i < n; i++) {
		const config_setting_t *setting =
			config_setting_get_elem(target->group, (unsigned int)i);
		const struct settings_place place = { .at = setting };
		const struct settings_row *row = settings_nearest_known(
			&c->report, scope, config_setting_name(setting), &place);

		if (!row)
			continue;
		seen[row - scope->rows] = true;
		read_setting(c, row, setting, target->out);
	}
	for (size_t i = 0; i < scope->n_rows; i++) {
		if (seen[i])
			continue;
		fill_row(c, &scope->rows[i], &group, target->out);
		if (scope->rows[i].flags & SETTINGS_REQUIRED)
			report_missing(c, target->group, &scope->rows[i]);
	}
}

void settings_walk(struct settings_context *context, const config_setting_t *root,
		   struct settings_tree *out)
{
	const struct target target = { &settings_table, root, (char *)out };

	*out = (struct settings_tree){ 0 };
	read_group(context, &target);
}
