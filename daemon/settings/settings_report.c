// SPDX-License-Identifier: Apache-2.0
#include "settings_report.h"

#include <stdarg.h>
#include <stdlib.h>

static char printable(char c)
{
	if ((unsigned char)c < ' ' || c == 0x7f)
		return '?';
	return c;
}

/* All that is printed comes here: no name of a file can break a line or talk to a terminal. */
static void put(FILE *out, const char *text)
{
	for (; *text; text++)
		putc(printable(*text), out);
}

static void put_format(FILE *out, const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0) {
		put(out, "not enough memory");
		return;
	}
	put(out, text);
	free(text);
}

static void put_path(FILE *out, const config_setting_t *setting)
{
	const config_setting_t *parent = config_setting_parent(setting);
	const char *name = config_setting_name(setting);
	char quoted[SETTINGS_REPORT_QUOTE];

	if (!parent)
		return;
	put_path(out, parent);
	if (name)
		fprintf(out, "%s%s", config_setting_parent(parent) ? "." : "",
			settings_report_quote(span_of_string(name), quoted));
	else
		fprintf(out, "[%d]", config_setting_index(setting));
}

const char *settings_report_file(const struct settings_report *report,
				 const struct settings_place *place)
{
	const char *included = place->at ? config_setting_source_file(place->at) : NULL;

	if (place->line)
		return report->table;
	return included ? included : report->path;
}

unsigned int settings_report_line_of(const struct settings_place *place)
{
	return place->at ? config_setting_source_line(place->at) : place->line;
}

/* The top of the file has no line of its own: what it lacks is a matter of the whole file. */
static void put_file_line(const struct settings_report *report, const struct settings_place *place)
{
	bool whole = !place || (place->at && !config_setting_parent(place->at));

	put(report->out, whole ? report->path : settings_report_file(report, place));
	if (!whole)
		fprintf(report->out, ":%u", settings_report_line_of(place));
	fputs(": ", report->out);
}

static void put_key(FILE *out, const struct settings_place *place)
{
	if (place->at)
		put_path(out, place->at);
	if (place->key && place->at && config_setting_parent(place->at))
		putc('.', out);
	if (place->key)
		put(out, place->key);
	fputs(": ", out);
}

static void put_line(const struct settings_report *report, const struct settings_place *place,
		     const char *kind, const char *format, va_list args)
{
	put_file_line(report, place);
	fputs(kind, report->out);
	if (place && (place->at || place->key))
		put_key(report->out, place);
	put_format(report->out, format, args);
	putc('\n', report->out);
}

void settings_report_error(struct settings_report *report, const struct settings_place *place,
			   const char *format, ...)
{
	va_list args;

	if (report->n_errors++ >= SETTINGS_REPORT_MAX)
		return;
	va_start(args, format);
	put_line(report, place, "", format, args);
	va_end(args);
}

void settings_report_warning(struct settings_report *report, const struct settings_place *place,
			     const char *format, ...)
{
	va_list args;

	if (report->n_warnings++ >= SETTINGS_REPORT_MAX)
		return;
	va_start(args, format);
	put_line(report, place, "warning: ", format, args);
	va_end(args);
}

void settings_report_line(struct settings_report *report, const char *path, unsigned int line,
			  const char *format, ...)
{
	va_list args;

	if (report->n_errors++ >= SETTINGS_REPORT_MAX)
		return;
	put(report->out, path);
	fprintf(report->out, ":%u: ", line);
	va_start(args, format);
	put_format(report->out, format, args);
	va_end(args);
	putc('\n', report->out);
}

static void put_rest(const struct settings_report *report, unsigned int n, const char *what)
{
	if (n <= SETTINGS_REPORT_MAX)
		return;
	put(report->out, report->path);
	fprintf(report->out, ": %u more %s\n", n - SETTINGS_REPORT_MAX, what);
}

void settings_report_close(struct settings_report *report)
{
	put_rest(report, report->n_errors, "errors");
	put_rest(report, report->n_warnings, "warnings");
}

const char *settings_report_quote(struct span text, char out[static SETTINGS_REPORT_QUOTE])
{
	static const char more[] = "...";
	const size_t most = SETTINGS_REPORT_QUOTE - sizeof(more);
	size_t len = text.len > most ? most : text.len;

	for (size_t i = 0; i < len; i++)
		out[i] = printable(text.p[i]);
	out[len] = '\0';
	if (text.len > most)
		memcpy(out + len, more, sizeof(more));
	return out;
}
