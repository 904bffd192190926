// SPDX-License-Identifier: Apache-2.0
#include "settings_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text_file.h"

#define DIRECTIVE "@include"

#define BLANKS	   " \t\r\n\f"
#define DIGITS	   "0123456789"
#define HEX_DIGITS DIGITS "abcdefABCDEF"
#define WORD	   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ*_" DIGITS

struct scan {
	const char *path;
	const char *start, *p;
	unsigned int line;
	bool behind_string; /* with nothing but blanks and comments between */
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

char *settings_file_text(const char *path, const char **why)
{
	FILE *file = text_file_open(path, why);
	char *text = NULL;

	if (!file)
		return NULL;
	*why = read_stream(file, &text);
	fclose(file);
	if (!*why)
		return text;
	free(text);
	return NULL;
}

/* --- tokens ----------------------------------------------------------------------------------- */

/*
 * Behind the bytes of the set that are next.  Each of these looks no further than it goes, so that
 * the whole is linear; the C library's functions may measure the text first, and under the
 * sanitizers' strict_string_checks they do.
 */
static const char *behind(const char *p, const char *set)
{
	while (*p && strchr(set, *p))
		p++;
	return p;
}

/* At the byte of the set that is next, or at the end. */
static const char *until(const char *p, const char *set)
{
	while (*p && !strchr(set, *p))
		p++;
	return p;
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
	for (p += 2; *p; p++)
		if (p[0] == '*' && p[1] == '/')
			return p + 2;
	return NULL;
}

static bool is_comment(const char *p)
{
	return *p == '#' || (p[0] == '/' && (p[1] == '/' || p[1] == '*'));
}

/* Behind the string, comment, name, number or single byte that is next; NULL if it has no end. */
static const char *end_of_token(const char *p)
{
	if (*p == '"')
		return end_of_string(p);
	if (p[0] == '/' && p[1] == '*')
		return end_of_comment(p);
	if (is_comment(p))
		return until(p, "\n");
	return behind(p, WORD) > p ? behind(p, WORD "-.") : p + 1;
}

/* --- what libconfig would take for something else --------------------------------------------- */

static bool has_nul(struct span string)
{
	for (size_t i = 0; i + 3 < string.len; i++) {
		if (string.p[i] != '\\')
			continue;
		i++;
		if (span_starts_nocase(span_after(string, i), SPAN("x00")))
			return true;
	}
	return false;
}

/* More than libconfig's int holds; it would wrap. */
static bool has_many_digits(const char *p)
{
	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		return behind(p + 2, HEX_DIGITS) - p > 10;
	return behind(p, DIGITS) - p > 9;
}

static const char *fault_of(const struct scan *s, struct span token)
{
	if (*token.p != '"' && has_many_digits(token.p))
		return "a number has more than 9 digits (8 with 0x), which would be taken for "
		       "another one; write a smaller one";
	if (*token.p != '"')
		return NULL;
	if (s->behind_string)
		return "a string follows another; write a comma between them";
	if (has_nul(token))
		return "a string holds \\x00, which would end it there; take it out";
	return NULL;
}

static void check_token(struct settings_report *report, struct scan *s, struct span token)
{
	const char *fault;

	if (strchr(BLANKS, *token.p) || is_comment(token.p))
		return;
	fault = fault_of(s, token);
	if (fault)
		settings_report_line(report, s->path, s->line, "%s", fault);
	s->behind_string = *token.p == '"';
}

/* --- going over it ---------------------------------------------------------------------------- */

static void advance(struct scan *s, const char *to)
{
	for (; s->p < to; s->p++)
		s->line += *s->p == '\n';
}

/* The path of the directive that the line begins with; empty if it begins otherwise. */
static struct span directive_path(const struct scan *s)
{
	const char *p = behind(s->p, " \t");

	if ((s->p != s->start && s->p[-1] != '\n') || strncmp(p, DIRECTIVE, strlen(DIRECTIVE)) != 0)
		return span_of(NULL, 0);
	p = behind(p + strlen(DIRECTIVE), " \t");
	return *p == '"' ? span_of(p + 1, (size_t)(until(p + 1, "\"\n") - p - 1)) :
			   span_of(NULL, 0);
}

static bool scan_includes(struct settings_report *report, struct scan *s, int depth);

static bool check_include(struct settings_report *report, struct scan *from, char *path, int depth)
{
	struct scan inner = { .path = path, .line = 1, .behind_string = from->behind_string };
	const char *why = "not an absolute path";
	char *text = path[0] == '/' ? settings_file_text(path, &why) : NULL;
	bool go_on = true;

	if (text) {
		inner.start = inner.p = text;
		go_on = scan_includes(report, &inner, depth + 1);
		from->behind_string = inner.behind_string;
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
	advance(s, until(s->p, "\n"));
	return go_on;
}

static bool skip_token(struct settings_report *report, struct scan *s)
{
	const char *end = end_of_token(s->p);

	if (end) {
		check_token(report, s, span_of(s->p, (size_t)(end - s->p)));
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

bool settings_file_check(struct settings_report *report, const char *text)
{
	struct scan top = { .path = report->path, .start = text, .p = text, .line = 1 };

	return scan_includes(report, &top, 0) && !report->n_errors;
}
