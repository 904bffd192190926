// SPDX-License-Identifier: Apache-2.0
#include "decide.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bytes.h"
#include "dialog.h"
#include "option.h"
#include "settings.h"
#include "stream.h"

#define DECIDE_RUNS		7
#define DECIDE_MESSAGES_DEFAULT 20000u
#define DECIDE_MESSAGES_MAX	10000000u

struct decide_options {
	const char *settings;
	const char *message;
	struct stream_envelope envelope;
	unsigned int messages; /* in each run */
};

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
		case DIALOG_WAIT: /* its policy looks up nothing */
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

static bool measure(struct subject *s, const struct bytes *message, unsigned int messages,
		    double us[DECIDE_RUNS])
{
	for (size_t run = 0; run < DECIDE_RUNS; run++) {
		double start = cpu_seconds();

		for (unsigned int i = 0; i < messages; i++)
			if (!feed(s, message->p, message->len))
				return false;
		us[run] = (cpu_seconds() - start) / messages * 1e6;
	}
	qsort(us, DECIDE_RUNS, sizeof(us[0]), compare_doubles);
	return true;
}

static void print_result(const struct subject *s, const struct stream *message,
			 const double us[DECIDE_RUNS])
{
	static const char *const decisions[] = {
		[VERDICT_ACCEPT] = "accept",
		[VERDICT_REJECT] = "reject",
		[VERDICT_TEMPFAIL] = "tempfail",
		[VERDICT_HOLD] = "hold",
	};

	printf("verdict  %s (%s), reply %zu bytes\n", decisions[s->verdict.decision],
	       reason_word(s->verdict.reason).p, s->output_bytes);
	printf("message  %zu fields, %zu bytes of header, %zu bytes as milter packets\n",
	       message->n_fields, message->header_bytes, message->bytes.len);
	printf("CPU us a message  min %.2f  median %.2f  max %.2f\n", us[0], us[DECIDE_RUNS / 2],
	       us[DECIDE_RUNS - 1]);
}

static bool feed_stream(struct subject *s, const struct stream *stream)
{
	return feed(s, stream->bytes.p, stream->bytes.len);
}

/* False if the dialog ends the connection. */
static bool open_session(struct subject *s, const struct stream_envelope *envelope)
{
	struct stream offer, opening;
	bool ok;

	stream_make_offer(&offer);
	ok = feed_stream(s, &offer);
	stream_make_opening(envelope, s->dialog.agreed.steps, &opening);
	ok = ok && feed_stream(s, &opening);
	stream_free(&offer);
	stream_free(&opening);
	return ok;
}

static int judge(struct subject *s, const struct bytes *text, const struct decide_options *options)
{
	struct stream message = { 0 };
	double us[DECIDE_RUNS];
	bool ok = open_session(s, &options->envelope);

	if (ok && !stream_make_message(text, &options->envelope, s->dialog.agreed.steps, &message,
				       stderr))
		return 1;
	ok = ok && measure(s, &message.bytes, options->messages, us);
	if (ok)
		print_result(s, &message, us);
	else
		fprintf(stderr, "exogate-bench: exogated would close the connection: %s\n",
			close_reason_word(dialog_close_reason(&s->dialog)).p);
	stream_free(&message);
	return ok ? 0 : 1;
}

/* Keys are had by I/O. */
static void leave_signatures_out(struct policy *policy)
{
	if (policy->dkim_source != POLICY_DKIM_NATIVE)
		return;
	policy->dkim_source = POLICY_DKIM_NONE;
	puts("dkim     not verified here: see exogate-bench dkim");
}

static int run(const struct decide_options *options)
{
	struct settings *settings = settings_load(options->settings, stderr);
	struct subject *s = calloc(1, sizeof(*s));
	struct bytes text = { 0 };
	size_t arena_bytes;
	int status = 1;

	if (!settings || !s)
		goto out;
	if (!bytes_put_file(&text, options->message)) {
		fprintf(stderr, "exogate-bench: %s: %s\n", options->message, strerror(errno));
		goto out;
	}
	arena_bytes = dialog_arena_bytes(settings->message_header_bytes);
	s->arena.base = malloc(arena_bytes);
	if (!s->arena.base)
		goto out;
	arena_init(&s->arena, s->arena.base, arena_bytes);
	leave_signatures_out(&settings->policy);
	dialog_init(&s->dialog, &settings->policy);
	status = judge(s, &text, options);
out:
	free(text.p);
	if (s)
		free(s->arena.base);
	free(s);
	settings_free(settings);
	return status;
}

/* --- options ---------------------------------------------------------------------------------- */

static void print_usage(void)
{
	printf("Usage: exogate-bench decide -c FILE [OPTION]... MESSAGE\n\n"
	       "Measures the CPU time from the bytes of one message to its verdict and edits,\n"
	       "without any I/O, by the policy in FILE.\n\n"
	       "  -c, --config FILE      exogated's settings\n"
	       "      --client ADDR      client address (default 40.107.1.2)\n"
	       "      --cert-cn NAME     verified client certificate (default\n"
	       "                         mail.protection.outlook.com)\n"
	       "      --mail-from ADDR   envelope sender (default: null)\n"
	       "      --rcpt ADDR        recipient (default someone@example.org)\n"
	       "  -n, --messages N       messages in each of %d runs (default %u)\n"
	       "  -h, --help             print this and exit\n",
	       DECIDE_RUNS, DECIDE_MESSAGES_DEFAULT);
}

enum option_value {
	OPTION_CLIENT = 256,
	OPTION_CERTIFICATE,
	OPTION_MAIL_FROM,
	OPTION_RCPT,
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "messages", required_argument, NULL, 'n' },
	{ "client", required_argument, NULL, OPTION_CLIENT },
	{ "cert-cn", required_argument, NULL, OPTION_CERTIFICATE },
	{ "mail-from", required_argument, NULL, OPTION_MAIL_FROM },
	{ "rcpt", required_argument, NULL, OPTION_RCPT },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static bool take_option(void *options, int option)
{
	struct decide_options *o = options;

	switch (option) {
	case 'c':
		o->settings = optarg;
		return true;
	case OPTION_CLIENT:
		o->envelope.client = optarg;
		return true;
	case OPTION_CERTIFICATE:
		o->envelope.certificate = optarg;
		return true;
	case OPTION_MAIL_FROM:
		o->envelope.mail_from = optarg;
		return true;
	case OPTION_RCPT:
		o->envelope.rcpt = optarg;
		return true;
	case 'n':
		return option_count("messages", optarg, DECIDE_MESSAGES_MAX, &o->messages);
	default:
		return false;
	}
}

static const struct option_set option_set = {
	.letters = "c:n:h",
	.names = long_options,
	.print_usage = print_usage,
	.take = take_option,
};

int decide_run(int argc, char **argv)
{
	struct decide_options options = {
		.envelope = {
			.client = "40.107.1.2",
			.certificate = "mail.protection.outlook.com",
			.mail_from = "<>",
			.rcpt = "<someone@example.org>",
		},
		.messages = DECIDE_MESSAGES_DEFAULT,
	};
	int status;

	if (!option_read(argc, argv, &option_set, &options, &status))
		return status;
	if (argc - optind != 1 || !options.settings)
		return option_misused("decide wants", "-c FILE MESSAGE");
	options.message = argv[optind];
	return run(&options);
}
