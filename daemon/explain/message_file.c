// SPDX-License-Identifier: Apache-2.0
#include "message_file.h"

#include <errno.h>
#include <stdlib.h>

/* A field while the text around it still grows: offsets into it. */
struct draft_field {
	size_t name, name_len, value, value_len, line;
};

#define NO_FIELD SIZE_MAX

struct draft_note {
	enum message_note_kind kind;
	size_t line, field; /* an index, or NO_FIELD */
};

struct reader {
	FILE *file;
	size_t line; /* that was read last, from 1 */
	char *bytes; /* of that line, without its end */
	size_t len, capacity;
	FILE *text_stream; /* names and values, one after the other */
	char *text;
	size_t text_len, stream_len;
	struct draft_field *fields;
	size_t n_fields, fields_capacity;
	struct draft_note *notes;
	size_t n_notes, notes_capacity;
	bool nul; /* the line was cut at one */
	FILE *body_stream;
	char *body;
	size_t body_len;
	bool failed; /* for want of memory */
};

/* --- lines ------------------------------------------------------------------------------------ */

static bool keep_byte(struct reader *r, char byte)
{
	if (r->len == r->capacity) {
		size_t capacity = r->capacity ? 2 * r->capacity : 1024;
		char *bytes = realloc(r->bytes, capacity);

		if (!bytes) {
			r->failed = true;
			return false;
		}
		r->bytes = bytes;
		r->capacity = capacity;
	}
	r->bytes[r->len++] = byte;
	return true;
}

/* CR LF is LF, a NUL hides what follows it, any other CR is a blank. */
static void clean_line(struct reader *r)
{
	const char *nul;

	if (r->len && r->bytes[r->len - 1] == '\r')
		r->len--;
	nul = r->len ? memchr(r->bytes, '\0', r->len) : NULL;
	r->nul = nul;
	if (nul)
		r->len = (size_t)(nul - r->bytes);
	for (size_t i = 0; i < r->len; i++)
		if (r->bytes[i] == '\r')
			r->bytes[i] = ' ';
}

/* False at the end of the file, or when no more is to be read. */
static bool read_line(struct reader *r)
{
	int byte = getc_unlocked(r->file);

	r->len = 0;
	if (byte == EOF)
		return false;
	/* One octet more than is kept of a field: a CR at the end of the line is none of it. */
	for (; byte != EOF && byte != '\n'; byte = getc_unlocked(r->file))
		if (r->len <= MESSAGE_FIELD_MAX && !keep_byte(r, (char)byte))
			return false;
	r->line++;
	clean_line(r);
	return true;
}

/* --- fields ----------------------------------------------------------------------------------- */

/* The length of the name that the line begins with; 0 if it does not begin a field. */
static size_t name_length(const char *line, size_t len)
{
	size_t n = 0, colon;

	while (n < len && line[n] > ' ' && line[n] < 0x7f && line[n] != ':')
		n++;
	for (colon = n; colon < len && (line[colon] == ' ' || line[colon] == '\t'); colon++)
		;
	return colon < len && line[colon] == ':' ? n : 0;
}

static struct draft_field *add_field(struct reader *r)
{
	if (r->n_fields == r->fields_capacity) {
		size_t capacity = r->fields_capacity ? 2 * r->fields_capacity : 64;
		struct draft_field *fields = realloc(r->fields, capacity * sizeof(*fields));

		if (!fields) {
			r->failed = true;
			return NULL;
		}
		r->fields = fields;
		r->fields_capacity = capacity;
	}
	return &r->fields[r->n_fields++];
}

static void add_note(struct reader *r, enum message_note_kind kind, size_t field)
{
	if (r->n_notes == r->notes_capacity) {
		size_t capacity = r->notes_capacity ? 2 * r->notes_capacity : 16;
		struct draft_note *notes = realloc(r->notes, capacity * sizeof(*notes));

		if (!notes) {
			r->failed = true;
			return;
		}
		r->notes = notes;
		r->notes_capacity = capacity;
	}
	r->notes[r->n_notes++] = (struct draft_note){ kind, r->line, field };
}

/* Of the line that was taken into the field. */
static void note_nul(struct reader *r, size_t field)
{
	bool told = r->n_notes && field != NO_FIELD && r->notes[r->n_notes - 1].field == field;

	if (r->nul && !told)
		add_note(r, MESSAGE_NUL, field);
}

static void put(struct reader *r, const char *bytes, size_t len)
{
	if (len && fwrite(bytes, 1, len, r->text_stream) != len)
		r->failed = true;
	r->text_len += len;
}

/* As much of the bytes as the field has room for. */
static void put_value(struct reader *r, struct draft_field *field, const char *bytes, size_t len)
{
	size_t room = MESSAGE_FIELD_MAX - (field->name_len + 1 + field->value_len);

	if (len > room)
		len = room;
	put(r, bytes, len);
	field->value_len += len;
}

static void begin_field(struct reader *r, size_t name_len)
{
	struct draft_field *field = add_field(r);
	const char *colon = memchr(r->bytes, ':', r->len);

	if (!field)
		return;
	if (name_len >= MESSAGE_FIELD_MAX)
		name_len = MESSAGE_FIELD_MAX - 1;
	*field = (struct draft_field){ .name = r->text_len, .name_len = name_len, .line = r->line };
	put(r, r->bytes, name_len);
	field->value = r->text_len;
	put_value(r, field, colon + 1, (size_t)(r->bytes + r->len - colon - 1));
}

static void continue_field(struct reader *r)
{
	struct draft_field *field = &r->fields[r->n_fields - 1];

	put_value(r, field, "\n", 1);
	put_value(r, field, r->bytes, r->len);
}

static void add_mailbox_line(struct reader *r)
{
	static const char name[] = "X-Mailbox-Line";
	struct draft_field *field = add_field(r);

	if (!field)
		return;
	*field = (struct draft_field){ .name = r->text_len, .name_len = 14, .line = r->line };
	put(r, name, field->name_len);
	field->value = r->text_len;
	put_value(r, field, " ", 1);
	put_value(r, field, r->bytes, r->len);
}

static bool is_mailbox_line(const struct reader *r)
{
	size_t at = 0;

	while (at < r->len && r->bytes[at] == '>')
		at++;
	return r->len - at >= 5 && !memcmp(r->bytes + at, "From ", 5);
}

static bool begins_with_blank(const struct reader *r)
{
	return r->len && (r->bytes[0] == ' ' || r->bytes[0] == '\t');
}

/* False if the line ends the header. */
static bool take_line(struct reader *r, bool *top)
{
	size_t name_len;

	if (*top && is_mailbox_line(r)) {
		if (r->line == 1 && r->bytes[0] == 'F')
			add_note(r, MESSAGE_MAILBOX_LINE, NO_FIELD);
		else
			add_mailbox_line(r);
		return true;
	}
	if (begins_with_blank(r)) {
		if (*top || !r->n_fields)
			return false;
		continue_field(r);
		return true;
	}
	*top = false;
	name_len = name_length(r->bytes, r->len);
	if (!name_len)
		return false;
	begin_field(r, name_len);
	return true;
}

/* The line that ends it, if one does, is left. */
static void read_header(struct reader *r)
{
	bool top = true;

	while (!r->failed && r->text_len < MESSAGE_HEADER_MAX && read_line(r)) {
		bool taken = take_line(r, &top);

		note_nul(r, taken && r->n_fields ? r->n_fields - 1 : NO_FIELD);
		if (!taken)
			return;
	}
	r->len = 0;
}

/* --- the body --------------------------------------------------------------------------------- */

static void put_body_byte(struct reader *r, int byte)
{
	if (r->body_len == MESSAGE_BODY_MAX || putc_unlocked(byte, r->body_stream) == EOF)
		r->failed = true;
	else
		r->body_len++;
}

/* A line that ended the header, and is not the empty one between, is the first of the body. */
static void read_body(struct reader *r)
{
	int byte, before = '\n';

	for (size_t i = 0; i < r->len; i++)
		put_body_byte(r, (unsigned char)r->bytes[i]);
	if (r->len) {
		put_body_byte(r, '\r');
		put_body_byte(r, '\n');
	}
	for (; !r->failed && (byte = getc_unlocked(r->file)) != EOF; before = byte) {
		if (byte == '\n' && before != '\r')
			put_body_byte(r, '\r');
		put_body_byte(r, byte);
	}
	if (before == '\n')
		return;
	put_body_byte(r, '\r');
	put_body_byte(r, '\n');
}

/* --- the whole -------------------------------------------------------------------------------- */

/* What Postfix drops (message_drop_headers). */
static bool is_dropped(struct span name)
{
	return span_eq_nocase(name, SPAN("Return-Path")) || span_eq_nocase(name, SPAN("Bcc")) ||
	       span_eq_nocase(name, SPAN("Resent-Bcc")) ||
	       span_eq_nocase(name, SPAN("Content-Length"));
}

static bool deliver_notes(const struct reader *r, struct message_file *out)
{
	out->notes = calloc(r->n_notes + 1, sizeof(*out->notes));
	if (!out->notes)
		return false;
	for (size_t i = 0; i < r->n_notes; i++) {
		const struct draft_note *draft = &r->notes[i];
		struct message_note *note = &out->notes[out->n_notes++];

		*note = (struct message_note){ .kind = draft->kind, .line = draft->line };
		if (draft->field != NO_FIELD)
			note->field = span_of(r->text + r->fields[draft->field].name,
					      r->fields[draft->field].name_len);
	}
	return true;
}

/* Drafts become fields, now that the text stays where it is. */
static bool deliver_fields(const struct reader *r, struct message_file *out)
{
	out->fields = calloc(r->n_fields + 1, sizeof(*out->fields));
	if (!out->fields)
		return false;
	for (size_t i = 0; i < r->n_fields; i++) {
		const struct draft_field *draft = &r->fields[i];
		const struct message_field field = {
			.name = span_of(r->text + draft->name, draft->name_len),
			.value = span_of(r->text + draft->value, draft->value_len),
			.line = draft->line,
		};

		if (!is_dropped(field.name))
			out->fields[out->n_fields++] = field;
		else if (!out->return_path.line && span_eq_nocase(field.name, SPAN("Return-Path")))
			out->return_path = field;
	}
	return true;
}

static bool close_stream(FILE *stream)
{
	return stream && fclose(stream) == 0;
}

static bool read_open_file(const char *path, FILE *file, FILE *errors, struct message_file *out)
{
	struct reader r = { .file = file };
	size_t body_len;
	bool ok;

	errno = 0;
	r.text_stream = open_memstream(&r.text, &r.stream_len);
	r.body_stream = open_memstream(&r.body, &body_len);
	if (r.text_stream && r.body_stream) {
		read_header(&r);
		read_body(&r);
	}
	ok = close_stream(r.text_stream);
	ok = close_stream(r.body_stream) && ok && !r.failed && !ferror(file) &&
	     deliver_fields(&r, out) && deliver_notes(&r, out);
	if (!ok)
		fprintf(errors, "exogated: %s: cannot read the message: %s\n", path,
			r.body_len == MESSAGE_BODY_MAX ? "its body is longer than 128 MB" :
							 strerror(errno ? errno : ENOMEM));
	out->text = r.text;
	out->body_text = r.body;
	out->body = span_of(r.body, r.body_len);
	if (!ok)
		message_file_free(out);
	free(r.fields);
	free(r.notes);
	free(r.bytes);
	return ok;
}

bool message_file_read(const char *path, FILE *errors, struct message_file *out)
{
	bool standard_input = !strcmp(path, "-");
	FILE *file = standard_input ? stdin : fopen(path, "rb");
	bool ok;

	*out = (struct message_file){ .n_fields = 0 };
	if (!file) {
		fprintf(errors, "exogated: %s: cannot open the message: %s\n", path,
			strerror(errno));
		return false;
	}
	ok = read_open_file(path, file, errors, out);
	if (!standard_input)
		fclose(file);
	return ok;
}

void message_file_free(struct message_file *message)
{
	free(message->fields);
	free(message->notes);
	free(message->text);
	free(message->body_text);
}
