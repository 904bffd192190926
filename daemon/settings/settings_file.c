// SPDX-License-Identifier: Apache-2.0
#include "settings_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DIRECTIVE "@include"

struct scan {
	const char *path;
	const char *start, *p;
	unsigned int line;
};

/* NULL and the whole text, or why not; *text is for the caller to free() in both cases. */
static const char *read_stream(FILE *file, char **text)
{
	size_t size = 0;
	ssize_t len = getdelim(text, &size, '\0', file);

	if (len < 0 && (ferror(file) || !*text))
		return strerror(errno);
	if (len < 0)
		(*text)[0] = '\0';
	else if ((*text)[len - 1] == '\0')
		return "there is a NUL byte in it";
	return NULL;
}

/* The whole text, or NULL and why not. */
static char *read_text(const char *path, const char **why)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;

	if (!file) {
		*why = strerror(errno);
		return NULL;
	}
	*why = read_stream(file, &text);
	fclose(file);
	if (!*why)
		return text;
	free(text);
	return NULL;
}

static const char *end_of_string(const char *p)
{
	for (p++; *p && *p != '"'; p++)
		if (*p == '\\' && p[1])
			p++;
	return *p ? p + 1 : NULL;
}

static const char *end_of_comment(const char *p)
{
	const char *end = strstr(p + 2, "*/");

	return end ? end + 2 : NULL;
}

/* Behind the string, comment or single byte that is next; NULL if it has no end. */
static const char *end_of_token(const char *p)
{
	if (*p == '"')
		return end_of_string(p);
	if (*p == '#' || (p[0] == '/' && p[1] == '/'))
		return p + strcspn(p, "\n");
	if (p[0] == '/' && p[1] == '*')
		return end_of_comment(p);
	return p + 1;
}

static void advance(struct scan *s, const char *to)
{
	for (; s->p < to; s->p++)
		s->line += *s->p == '\n';
}

/* The path of the directive that the line begins with; empty if it begins otherwise. */
static struct span directive_path(const struct scan *s)
{
	const char *p = s->p + strspn(s->p, " \t");

	if ((s->p != s->start && s->p[-1] != '\n') || strncmp(p, DIRECTIVE, strlen(DIRECTIVE)) != 0)
		return span_of(NULL, 0);
	p += strlen(DIRECTIVE);
	p += strspn(p, " \t");
	return *p == '"' ? span_of(p + 1, strcspn(p + 1, "\"\n")) : span_of(NULL, 0);
}

static bool scan_includes(struct settings_report *report, struct scan *s, int depth);

static bool check_include(struct settings_report *report, const struct scan *from, char *path,
			  int depth)
{
	struct scan inner = { .path = path, .line = 1 };
	const char *why = "not an absolute path";
	char *text = path[0] == '/' ? read_text(path, &why) : NULL;
	bool go_on = true;

	if (text) {
		inner.start = inner.p = text;
		go_on = scan_includes(report, &inner, depth + 1);
	} else {
		settings_report_line(report, from->path, from->line, DIRECTIVE " \"%s\": %s", path,
				     why);
	}
	free(text);
	return go_on;
}

/* False if nothing more should be looked at: files that include themselves would have no end. */
static bool scan_directive(struct settings_report *report, struct scan *s, struct span path,
			   int depth)
{
	char *copy;
	bool go_on;

	if (depth == SETTINGS_FILE_DEPTH) {
		settings_report_line(report, s->path, s->line,
				     DIRECTIVE ": more than %d deep; does a file include itself?",
				     SETTINGS_FILE_DEPTH);
		return false;
	}
	copy = strndup(path.p, path.len);
	if (!copy)
		settings_report_error(report, NULL, "not enough memory");
	go_on = copy && check_include(report, s, copy, depth);
	free(copy);
	advance(s, path.p + path.len);
	advance(s, s->p + strcspn(s->p, "\n"));
	return go_on;
}

static bool skip_token(struct settings_report *report, struct scan *s)
{
	const char *end = end_of_token(s->p);

	if (end) {
		advance(s, end);
		return true;
	}
	settings_report_line(report, s->path, s->line, "a %s begins here and has no end; write %s",
			     *s->p == '"' ? "string" : "comment", *s->p == '"' ? "\"" : "*/");
	return false;
}

static bool scan_includes(struct settings_report *report, struct scan *s, int depth)
{
	bool go_on = true;

	while (*s->p && go_on) {
		struct span path = directive_path(s);

		go_on = path.len ? scan_directive(report, s, path, depth) : skip_token(report, s);
	}
	return go_on;
}

char *settings_file_read(struct settings_report *report)
{
	struct scan top = { .path = report->path, .line = 1 };
	const char *why;
	char *text = read_text(report->path, &why);

	if (!text) {
		settings_report_error(report, NULL, "cannot be read: %s", why);
		return NULL;
	}
	top.start = top.p = text;
	if (scan_includes(report, &top, 0) && !report->n_errors)
		return text;
	free(text);
	return NULL;
}
