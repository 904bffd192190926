// SPDX-License-Identifier: Apache-2.0
#include "address_map.h"

#include <errno.h>
#include <stdlib.h>

#include "settings_lines.h"

struct reader {
	struct settings_context *context;
	const char *path;
	unsigned int line;
	struct address_map_row *rows; /* room for ADDRESS_MAP_ROWS_MAX */
	size_t n;
};

#define REPORT(reader, ...)                                                              \
	settings_report_line(&(reader)->context->report, (reader)->path, (reader)->line, \
			     __VA_ARGS__)

/* Takes the first word off the text; empty if there is none, or if a comment begins. */
static struct span take_word(struct span *text)
{
	struct span word;

	*text = span_trim(*text);
	word = span_of(text->p, 0);
	if (text->len && text->p[0] == '#')
		*text = word;
	while (word.len < text->len && !span_is_blank(text->p[word.len]))
		word.len++;
	*text = span_after(*text, word.len);
	return word;
}

/* The domain of "@domain", in the context's lasting memory. */
static bool read_domain(const struct reader *r, struct span word, struct span *out)
{
	char quoted[SETTINGS_REPORT_QUOTE];
	struct domain domain;
	const char *error = settings_value_domain(span_after(word, 1), &domain);

	if (error) {
		REPORT(r, "\"%s\": %s", settings_report_quote(word, quoted), error);
		return false;
	}
	*out = settings_pool_text(r->context->keep, domain_span(&domain));
	return true;
}

static const struct address_map_row *find_earlier(const struct reader *r, struct span from)
{
	for (size_t i = 0; i < r->n; i++)
		if (span_eq(r->rows[i].from, from))
			return &r->rows[i];
	return NULL;
}

static void add_row(struct reader *r, struct span from, struct span to)
{
	const struct address_map_row *earlier = find_earlier(r, from);

	if (earlier) {
		REPORT(r, "@%s moves already, on line %u", from.p, earlier->line);
	} else if (span_eq(from, to)) {
		REPORT(r, "@%s moves to itself", from.p);
	} else if (r->n == ADDRESS_MAP_ROWS_MAX) {
		REPORT(r, "more than %d rows", ADDRESS_MAP_ROWS_MAX);
	} else {
		r->rows[r->n++] = (struct address_map_row){ from, to, r->line };
	}
}

static void read_line(void *reader, unsigned int n, struct span text)
{
	struct reader *r = reader;
	struct span from_word = take_word(&text), to_word = take_word(&text), from, to;

	r->line = n;
	if (!from_word.len)
		return;
	if (from_word.p[0] != '@' || !to_word.len || to_word.p[0] != '@' || take_word(&text).len) {
		REPORT(r, "not a row that is known; write @old.example @new.example");
		return;
	}
	if (read_domain(r, from_word, &from) && read_domain(r, to_word, &to))
		add_row(r, from, to);
}

static void keep_rows(const struct reader *r, struct address_map *out)
{
	struct address_map_row *rows =
		settings_pool_array(r->context->scratch, r->n, sizeof(*rows));

	if (!rows)
		return;
	memcpy(rows, r->rows, r->n * sizeof(*rows));
	*out = (struct address_map){ rows, r->n };
}

void address_map_read(struct settings_context *context, const struct settings_value *path,
		      struct address_map *out)
{
	struct reader r = { .context = context, .path = path->text.p };

	*out = (struct address_map){ 0 };
	r.rows = calloc(ADDRESS_MAP_ROWS_MAX, sizeof(*r.rows));
	if (!r.rows) {
		settings_report_error(&context->report, &path->place, "cannot read %s: %s", r.path,
				      strerror(errno));
		return;
	}
	if (settings_lines_read(context, path, read_line, &r))
		keep_rows(&r, out);
	free(r.rows);
}
