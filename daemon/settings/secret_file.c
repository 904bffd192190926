// SPDX-License-Identifier: Apache-2.0
#include "secret_file.h"

#include <sys/stat.h>

#include "settings_lines.h"

#define GENERATE "`openssl rand -hex 24` makes one"

struct reader {
	struct settings_context *context;
	const struct settings_value *path;
	unsigned int line;
	struct span *values; /* room for SECRET_FILE_VALUES */
	size_t n;
};

#define REPORT(reader, ...)                                                                      \
	settings_report_line(&(reader)->context->report, (reader)->path->text.p, (reader)->line, \
			     __VA_ARGS__)

static bool is_printable(struct span value)
{
	for (size_t i = 0; i < value.len; i++)
		if (value.p[i] <= ' ' || value.p[i] > '~')
			return false;
	return true;
}

/* Whether no tenant has the value yet, this one included. */
static bool is_new(struct reader *r, struct span value)
{
	static const char all_secrets;
	const struct settings_place *earlier =
		settings_index_add(&r->context->index, &all_secrets, value, &r->path->place);

	if (earlier)
		REPORT(r, "the value is there already, for %s:%u; each tenant needs its own",
		       settings_report_file(&r->context->report, earlier),
		       settings_report_line_of(earlier));
	return !earlier;
}

static void read_line(void *reader, unsigned int n, struct span text)
{
	struct reader *r = reader;
	struct span value = span_trim(text);

	r->line = n;
	if (!value.len || value.p[0] == '#')
		return;
	if (value.len < SECRET_FILE_MIN || value.len > SECRET_FILE_MAX) {
		REPORT(r, "not a value of %d to %d characters; " GENERATE, SECRET_FILE_MIN,
		       SECRET_FILE_MAX);
	} else if (!is_printable(value)) {
		REPORT(r, "a blank, or what is not printable ASCII, in the value; " GENERATE);
	} else if (r->n == SECRET_FILE_VALUES) {
		REPORT(r, "more than %d values; take out those that are no longer sent",
		       SECRET_FILE_VALUES);
	} else {
		value = settings_pool_text(r->context->keep, value);
		if (is_new(r, value))
			r->values[r->n++] = value;
	}
}

static void warn_if_others_read(struct reader *r)
{
	struct stat status;

	if (stat(r->path->text.p, &status) == 0 && S_ISREG(status.st_mode) &&
	    status.st_mode & S_IROTH)
		settings_report_warning(&r->context->report, &r->path->place,
					"everyone can read %s; `chmod o= %s`", r->path->text.p,
					r->path->text.p);
}

void secret_file_read(struct settings_context *context, const struct settings_value *path,
		      struct policy_span_list *out)
{
	struct reader r = { .context = context, .path = path };
	unsigned int errors = context->report.n_errors;

	*out = (struct policy_span_list){ 0 };
	r.values = settings_pool_array(context->keep, SECRET_FILE_VALUES, sizeof(*r.values));
	if (!r.values || !settings_lines_read(context, path, read_line, &r))
		return;
	if (r.n == 0 && context->report.n_errors == errors)
		settings_report_error(&context->report, &path->place,
				      "%s holds no value; " GENERATE, path->text.p);
	warn_if_others_read(&r);
	*out = (struct policy_span_list){ r.values, r.n };
}
