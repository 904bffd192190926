// SPDX-License-Identifier: Apache-2.0
#include "decide.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dialog.h"
#include "settings.h"

struct subject {
	struct dialog dialog;
	struct arena arena;
	struct verdict verdict; /* of the last message */
	size_t output_bytes;	/* of the last message */
};

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void take_output(struct subject *s)
{
	const struct session_answer *answer = dialog_answer(&s->dialog);

	if (answer) {
		s->verdict = answer->verdict;
		s->output_bytes = dialog_output(&s->dialog).len;
	}
	dialog_sent(&s->dialog);
}

/* Feeds the bytes as one large read each; false if the dialog ends the connection. */
static bool feed(struct subject *s, const char *p, size_t len)
{
	for (;;) {
		enum dialog_want want = dialog_run(&s->dialog);
		size_t room;
		char *to;

		dialog_reclaim(&s->dialog);
		switch (want) {
		case DIALOG_LEND:
			dialog_lend(&s->dialog, &s->arena);
			break;
		case DIALOG_SEND:
			take_output(s);
			break;
		case DIALOG_CLOSE:
			return false;
		case DIALOG_RECEIVE:
			if (len == 0)
				return true;
			dialog_room(&s->dialog, &to, &room);
			room = room < len ? room : len;
			memcpy(to, p, room);
			dialog_received(&s->dialog, room);
			p += room;
			len -= room;
			break;
		}
	}
}

static int compare_doubles(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool measure(struct subject *s, const struct stream *stream, unsigned int messages,
		    double us[DECIDE_RUNS])
{
	for (size_t run = 0; run < DECIDE_RUNS; run++) {
		double start = cpu_seconds();

		for (unsigned int i = 0; i < messages; i++)
			if (!feed(s, stream->message, stream->message_len))
				return false;
		us[run] = (cpu_seconds() - start) / messages * 1e6;
	}
	qsort(us, DECIDE_RUNS, sizeof(us[0]), compare_doubles);
	return true;
}

static void print_result(const struct subject *s, const struct stream *stream,
			 const double us[DECIDE_RUNS])
{
	static const char *const decisions[] = {
		[VERDICT_ACCEPT] = "accept",
		[VERDICT_REJECT] = "reject",
		[VERDICT_TEMPFAIL] = "tempfail",
	};

	printf("verdict  %s (%s), reply %zu bytes\n", decisions[s->verdict.decision],
	       reason_word(s->verdict.reason).p, s->output_bytes);
	printf("message  %zu fields, %zu bytes of header, %zu bytes as milter packets\n",
	       stream->n_fields, stream->header_bytes, stream->message_len);
	printf("CPU us a message  min %.2f  median %.2f  max %.2f\n", us[0], us[DECIDE_RUNS / 2],
	       us[DECIDE_RUNS - 1]);
}

int decide_run(const struct decide_options *options)
{
	struct settings *settings = settings_load(options->settings, stderr);
	struct subject *s = calloc(1, sizeof(*s));
	struct stream stream = { 0 };
	double us[DECIDE_RUNS];
	int status = 1;

	if (!settings || !s || !stream_make(options->message, &options->envelope, &stream, stderr))
		goto out;
	s->arena.base = malloc(dialog_arena_bytes(settings->message_header_bytes));
	if (!s->arena.base)
		goto out;
	arena_init(&s->arena, s->arena.base, dialog_arena_bytes(settings->message_header_bytes));
	dialog_init(&s->dialog, &settings->policy);
	if (!feed(s, stream.opening, stream.opening_len) ||
	    !measure(s, &stream, options->messages, us)) {
		fprintf(stderr, "exogate-bench: exogated would close the connection: %s\n",
			dialog_close_word(dialog_close_reason(&s->dialog)).p);
		goto out;
	}
	print_result(s, &stream, us);
	status = 0;
out:
	stream_free(&stream);
	if (s)
		free(s->arena.base);
	free(s);
	settings_free(settings);
	return status;
}
