// SPDX-License-Identifier: Apache-2.0
#include "explain_edits.h"

#include <stdlib.h>

#include "readable.h"

#define LINE_MAX_BYTES 500 /* shown of one line of a field */

enum field_state {
	FIELD_KEPT,
	FIELD_REMOVED,
	FIELD_ADDED,
};

struct changed_field {
	struct span name;
	struct span value;
	size_t line; /* in the file; 0: not from there */
	bool secret; /* its value is not to be shown */
	enum field_state state;
};

/* The header while edits are made; there is room for every field that they can add. */
struct changed_header {
	struct changed_field *fields;
	size_t n;
};

static bool begin(const struct explanation *e, struct changed_header *out)
{
	const struct message_file *message = e->message;

	out->n = message->n_fields;
	out->fields = calloc(message->n_fields + e->answer.plan.n + 1, sizeof(*out->fields));
	if (!out->fields)
		return false;
	for (size_t i = 0; i < message->n_fields; i++)
		out->fields[i] = (struct changed_field){
			.name = message->fields[i].name,
			.value = message->fields[i].value,
			.line = message->fields[i].line,
		};
	return true;
}

/* The index-th field of that name, from 1, that is still there. */
static struct changed_field *find(const struct changed_header *header, struct span name,
				  uint32_t index)
{
	for (size_t i = 0; i < header->n; i++) {
		struct changed_field *field = &header->fields[i];

		if (field->state == FIELD_REMOVED || !span_eq_nocase(field->name, name))
			continue;
		if (--index == 0)
			return field;
	}
	return NULL;
}

/* Before the field at the place, or at the end. */
static void add(struct changed_header *header, size_t place, const struct edit *edit)
{
	struct changed_field *at = &header->fields[place];

	memmove(at + 1, at, (header->n - place) * sizeof(*at));
	*at = (struct changed_field){
		.name = edit->name,
		.value = edit->value,
		.state = FIELD_ADDED,
	};
	header->n++;
}

/* Index 0 is above the mail server's own Received, 1 below it: both are above all in the file. */
static size_t place_of(const struct changed_header *header, uint32_t index)
{
	size_t place = 0;

	for (; place < header->n && index > 1; place++)
		if (header->fields[place].state != FIELD_REMOVED)
			index--;
	return place;
}

static void make(struct changed_header *header, const struct edit *edit)
{
	struct changed_field *field = NULL;

	if (edit->op == EDIT_INSERT_HEADER)
		add(header, place_of(header, edit->index), edit);
	else if (edit->op == EDIT_CHANGE_HEADER || edit->op == EDIT_DELETE_HEADER)
		field = find(header, edit->name, edit->index);
	if (!field)
		return;
	field->state = FIELD_REMOVED;
	field->secret = edit->rule == EDIT_RULE_NAMED;
	if (edit->op == EDIT_CHANGE_HEADER)
		add(header, (size_t)(field - header->fields) + 1, edit);
}

static void print_field(FILE *out, const struct changed_field *field)
{
	char mark = field->state == FIELD_ADDED ? '+' : '-';
	struct span rest = field->secret ? SPAN(" (not shown)") : field->value;

	fprintf(out, "  %c ", mark);
	if (field->line)
		fprintf(out, "%5zu  ", field->line);
	else
		fprintf(out, "%7s", "");
	readable_line(out, field->name, LINE_MAX_BYTES);
	putc(':', out);
	for (;;) {
		const char *fold = rest.len ? memchr(rest.p, '\n', rest.len) : NULL;
		size_t len = fold ? (size_t)(fold - rest.p) : rest.len;

		readable_line(out, span_of(rest.p, len), LINE_MAX_BYTES);
		putc('\n', out);
		if (!fold)
			return;
		fprintf(out, "  %c %7s", mark, "");
		rest = span_after(rest, len + 1);
	}
}

static void print_sender(FILE *out, const struct explanation *e)
{
	for (size_t i = 0; i < e->answer.plan.n; i++) {
		const struct edit *edit = &e->answer.plan.edits[i];

		if (edit->op != EDIT_CHANGE_FROM)
			continue;
		fprintf(out, "  - %7sMAIL FROM:<", "");
		readable_line(out, e->circumstances->mail_from, LINE_MAX_BYTES);
		fprintf(out, ">\n  + %7sMAIL FROM:", "");
		readable_line(out, edit->value, LINE_MAX_BYTES);
		putc('\n', out);
	}
}

static void print_quarantine(FILE *out, const struct explanation *e)
{
	for (size_t i = 0; i < e->answer.plan.n; i++) {
		if (e->answer.plan.edits[i].op != EDIT_QUARANTINE)
			continue;
		fprintf(out, "  + %7squarantine: ", "");
		readable_line(out, e->answer.plan.edits[i].value, LINE_MAX_BYTES);
		putc('\n', out);
	}
}

bool explain_edits(FILE *out, const struct explanation *e)
{
	struct changed_header header;

	if (!begin(e, &header))
		return false;
	for (size_t i = 0; i < e->answer.plan.n; i++)
		make(&header, &e->answer.plan.edits[i]);
	for (size_t i = 0; i < header.n; i++)
		if (header.fields[i].state != FIELD_KEPT)
			print_field(out, &header.fields[i]);
	print_sender(out, e);
	print_quarantine(out, e);
	free(header.fields);
	return true;
}
