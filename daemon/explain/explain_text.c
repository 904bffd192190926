// SPDX-License-Identifier: Apache-2.0
#include "explain_text.h"

#include <stdlib.h>

#include "advice.h"
#include "explain_edits.h"
#include "explain_facts.h"
#include "readable.h"
#include "words.h"

#define PATH_MAX_BYTES	     300
#define TEXT_WIDTH	     76 /* columns, after an indent of two */
#define NOTES_SHOWN	     10
#define FIELD_NAME_MAX_BYTES 100

static void put_span(FILE *out, struct span text)
{
	fprintf(out, "%.*s", (int)text.len, text.p);
}

/* Its lines, which end in CR LF, under each other. */
static void put_reply(FILE *out, struct span reply, int indent)
{
	for (const char *lf; (lf = memchr(reply.p, '\n', reply.len));) {
		size_t len = (size_t)(lf - reply.p);

		put_span(out, span_of(reply.p, len - 1));
		fprintf(out, "\n%*s", indent, "");
		reply = span_after(reply, len + 1);
	}
	put_span(out, reply);
	putc('\n', out);
}

/* Whole words in lines of TEXT_WIDTH. */
static void put_paragraph(FILE *out, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (column && column + 1 + len > TEXT_WIDTH) {
			putc('\n', out);
			column = 0;
		}
		fprintf(out, "%s%.*s", column ? " " : "  ", (int)len, text);
		column += len + (column ? 1 : 0);
		text += len;
		text += *text == ' ';
	}
	putc('\n', out);
}

static void put_verdict(FILE *out, const char *path, const struct explanation *e)
{
	static const char *const words[] = {
		[VERDICT_ACCEPT] = "accepted",
		[VERDICT_REJECT] = "refused",
		[VERDICT_TEMPFAIL] = "deferred",
		[VERDICT_HOLD] = "held",
	};
	const struct verdict *verdict = &e->answer.verdict;

	readable_line(out, span_of_string(path), PATH_MAX_BYTES);
	fprintf(out, ": %s, %s%s\n  ", words[verdict->decision], reason_word(verdict->reason).p,
		verdict->would_reject ? "; would be refused, were mode not \"monitor\"" : "");
	put_reply(out, e->reply, 2);
	if (!verdict->would_reject)
		return;
	fputs("  would be: ", out);
	put_reply(out, e->would_reply, (int)strlen("  would be: "));
}

/* Nothing if there is none; false for want of memory. */
static bool put_advice(FILE *out, const struct explanation *e)
{
	char *text = NULL;
	size_t len;
	FILE *stream = open_memstream(&text, &len);
	bool ok;

	if (!stream)
		return false;
	advice_write(stream, e);
	ok = fclose(stream) == 0;
	if (ok && len) {
		fputs("\nIf it is legitimate\n", out);
		put_paragraph(out, text);
	}
	free(text);
	return ok;
}

static bool put_why(FILE *out, const struct explanation *e)
{
	const struct verdict *verdict = &e->answer.verdict;
	bool refused = verdict->decision != VERDICT_ACCEPT || verdict->would_reject;

	fputs("\nWhy\n", out);
	put_paragraph(out, verdict->rule == VERDICT_NO_RULE ? reason_text(verdict->reason).p :
							      verdict_rule(verdict->rule).when);
	return !refused || put_advice(out, e);
}

static void put_note(FILE *out, const struct message_note *note)
{
	fprintf(out, "  line %zu: ", note->line);
	if (note->kind == MESSAGE_MAILBOX_LINE) {
		fputs("the line of a mailbox file (\"From ...\"), no header field: left out\n",
		      out);
	} else if (note->field.len) {
		fputs("a NUL cuts ", out);
		readable_line(out, note->field, FIELD_NAME_MAX_BYTES);
		fputs(" there\n", out);
	} else {
		fputs("the header ends at a line that a NUL cuts\n", out);
	}
}

/* How the file was read, where that is not plain. */
static void put_notes(FILE *out, const struct message_file *message)
{
	bool nul = false;

	if (message->n_notes)
		fputs("\nNotes\n", out);
	for (size_t i = 0; i < message->n_notes; i++) {
		nul |= message->notes[i].kind == MESSAGE_NUL;
		if (i < NOTES_SHOWN)
			put_note(out, &message->notes[i]);
	}
	if (message->n_notes > NOTES_SHOWN)
		fprintf(out, "  and %zu more\n", message->n_notes - NOTES_SHOWN);
	if (nul)
		put_paragraph(out,
			      "Postfix takes only what is before it in the line, for filters and "
			      "for the next hop. Set message_reject_characters = \\0 in its "
			      "main.cf, and it refuses such mail.");
}

/* What a row says; in parentheses after the one that decides, since it changes nothing there. */
static const char *holds(const struct explanation *e, size_t row)
{
	bool yes = e->holding >> row & 1;

	if (row > e->answer.verdict.rule)
		return yes ? "(yes)" : "(no)";
	return yes ? "yes" : "no";
}

static void put_table(FILE *out, const struct explanation *e)
{
	fputs("\nTable (the first yes decides; in parentheses, what later rows would say)\n", out);
	for (size_t i = 0; i < verdict_n_rules(); i++) {
		const struct verdict_rule rule = verdict_rule(i);

		fprintf(out, "%c %-5s  %-16s  %-6s  %s\n", i == e->answer.verdict.rule ? '>' : ' ',
			holds(e, i), reason_word(rule.reason).p, words_answer(rule.decision),
			rule.when);
	}
}

bool explain_text(FILE *out, const char *path, const struct explanation *e)
{
	put_verdict(out, path, e);
	if (!put_why(out, e))
		return false;
	put_notes(out, e->message);
	if (e->answer.facts) {
		fputs("\nFacts\n", out);
		explain_facts(out, e);
		put_table(out, e);
	}
	if (!e->answer.plan.n)
		return true;
	fputs("\nEdits\n", out);
	return explain_edits(out, e);
}
