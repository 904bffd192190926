// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "circumstances.h"
#include "serve.h"

/* Stores a value; returns what is wrong with it, or NULL. */
typedef const char *set_option(struct invocation *invocation, const char *value);

static const char *set_config(struct invocation *invocation, const char *value)
{
	invocation->settings = value;
	return NULL;
}

static const char *set_engine(struct invocation *invocation, const char *value)
{
	if (!serve_engine_exists(value))
		return "unknown engine";
	invocation->engine = value;
	return NULL;
}

static const char *set_json(struct invocation *invocation, const char *value)
{
	(void)value;
	invocation->json = true;
	return NULL;
}

static const char *set_tenants(struct invocation *invocation, const char *value)
{
	(void)value;
	invocation->tenants = true;
	return NULL;
}

static const char *set_client(struct invocation *invocation, const char *value)
{
	invocation->client = value;
	return circumstances_client_valid(value) ? NULL : "not an address";
}

static const char *set_certificate(struct invocation *invocation, const char *value)
{
	invocation->certificate = value;
	return NULL;
}

static const char *set_user(struct invocation *invocation, const char *value)
{
	invocation->user = value;
	return NULL;
}

static const char *set_helo(struct invocation *invocation, const char *value)
{
	invocation->helo = value;
	return NULL;
}

static const char *set_mail_from(struct invocation *invocation, const char *value)
{
	invocation->mail_from = value;
	return NULL;
}

static const char *check_dns(const struct invocation *invocation)
{
	return invocation->dns_file && invocation->dns_server ?
		       "--dns and --dns-server exclude each other:" :
		       NULL;
}

static const char *set_dns_file(struct invocation *invocation, const char *value)
{
	invocation->dns_file = value;
	return check_dns(invocation);
}

static const char *set_dns_server(struct invocation *invocation, const char *value)
{
	invocation->dns_server = value;
	return check_dns(invocation);
}

static const char *set_now(struct invocation *invocation, const char *value)
{
	invocation->now = value;
	return *value && strspn(value, "0123456789") == strlen(value) ?
		       NULL :
		       "not a number of seconds since 1970";
}

/* There is room for as many as there are arguments. */
static const char *set_rcpt(struct invocation *invocation, const char *value)
{
	invocation->rcpts[invocation->n_rcpts++] = value;
	return NULL;
}

#define ALL_COMMANDS ~0u

static const struct option_row {
	const char *name;
	const char *argument; /* NULL: takes none */
	const char *help;     /* a further line after each LF */
	set_option *set;      /* NULL: it ends the reading, with wish */
	unsigned int commands;
	enum options_wish wish;
	char letter; /* or 0 */
} rows[] = {
	{ "config", "FILE", "the settings (default " OPTIONS_DEFAULT_SETTINGS ")", set_config,
	  ALL_COMMANDS, OPTIONS_RUN, 'c' },
	{ "engine", "NAME",
	  "uring, libmilter, or auto (the default): io_uring if the kernel\n"
	  "allows it, else libmilter",
	  set_engine, OPTIONS_SERVE, OPTIONS_RUN, 0 },
	{ "json", NULL, "of status and explain: as JSON, an object a line", set_json,
	  OPTIONS_STATUS | OPTIONS_EXPLAIN, OPTIONS_RUN, 0 },
	{ "tenants", NULL,
	  "of status: which tenants' mail was seen, and how it was\n"
	  "judged",
	  set_tenants, OPTIONS_STATUS, OPTIONS_RUN, 0 },
	{ "client", "ADDR", "of explain: the client's address, or \"unknown\"", set_client,
	  OPTIONS_EXPLAIN, OPTIONS_RUN, 0 },
	{ "cert-cn", "NAME", "of explain: the verified name of its certificate; \"\" for none",
	  set_certificate, OPTIONS_EXPLAIN, OPTIONS_RUN, 0 },
	{ "auth", "USER", "of explain: whom it has authenticated as", set_user, OPTIONS_EXPLAIN,
	  OPTIONS_RUN, 0 },
	{ "helo", "NAME", "of explain: what it calls itself", set_helo, OPTIONS_EXPLAIN,
	  OPTIONS_RUN, 0 },
	{ "mail-from", "A", "of explain: the envelope sender; \"\" for the null sender",
	  set_mail_from, OPTIONS_EXPLAIN, OPTIONS_RUN, 0 },
	{ "rcpt", "A", "of explain: a recipient; may be repeated", set_rcpt, OPTIONS_EXPLAIN,
	  OPTIONS_RUN, 0 },
	{ "dns", "FILE",
	  "of explain: a JSON file of the TXT records of signatures' keys,\n"
	  "instead of the servers of the settings",
	  set_dns_file, OPTIONS_EXPLAIN, OPTIONS_RUN, 0 },
	{ "dns-server", "ADDR", "of explain: ADDR or ADDR:PORT, whom to ask instead",
	  set_dns_server, OPTIONS_EXPLAIN, OPTIONS_RUN, 0 },
	{ "now", "UNIX", "of explain: the time by which signatures are judged", set_now,
	  OPTIONS_EXPLAIN, OPTIONS_RUN, 0 },
	{ "help", NULL, "print this and exit", NULL, ALL_COMMANDS, OPTIONS_HELP, 'h' },
	{ "version", NULL, "print the version and exit", NULL, ALL_COMMANDS, OPTIONS_VERSION, 0 },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

_Static_assert(N_ROWS <= 8 * sizeof(unsigned int), "options.given has a bit for each row");

/* --- reading ---------------------------------------------------------------------------------- */

/* What getopt_long() returns for a row that has no letter. */
#define FIRST_VALUE 256

static int value_of(size_t row)
{
	return rows[row].letter ? rows[row].letter : FIRST_VALUE + (int)row;
}

static void describe(struct option long_options[static N_ROWS + 1], char letters[static 2 * N_ROWS])
{
	memset(long_options, 0, (N_ROWS + 1) * sizeof(*long_options));
	for (size_t i = 0; i < N_ROWS; i++) {
		int has = rows[i].argument ? required_argument : no_argument;

		long_options[i] = (struct option){ rows[i].name, has, NULL, value_of(i) };
		if (!rows[i].letter)
			continue;
		*letters++ = rows[i].letter;
		if (rows[i].argument)
			*letters++ = ':';
	}
	*letters = '\0';
}

static enum options_wish wrong(const char *what, const char *which)
{
	fprintf(stderr, "exogated: %s \"%s\"; see exogated --help\n", what, which);
	return OPTIONS_WRONG;
}

static const struct option_row *row_of(int value)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (value_of(i) == value)
			return &rows[i];
	return NULL;
}

static enum options_wish take(struct options *options, const struct option_row *row)
{
	const char *what;

	if (!row->set)
		return row->wish;
	options->given |= 1u << (row - rows);
	what = row->set(&options->invocation, optarg);
	return what ? wrong(what, optarg) : OPTIONS_RUN;
}

enum options_wish options_parse(int argc, char **argv, struct options *out)
{
	struct option long_options[N_ROWS + 1];
	char letters[2 * N_ROWS + 1];
	enum options_wish wish = OPTIONS_RUN;
	int value;

	*out = (struct options){
		.invocation = {
			.settings = OPTIONS_DEFAULT_SETTINGS,
			.engine = SERVE_ENGINE_AUTO,
			.rcpts = calloc((size_t)argc + 1, sizeof(*out->invocation.rcpts)),
		},
	};
	if (!out->invocation.rcpts) {
		fputs("exogated: not enough memory\n", stderr);
		return OPTIONS_WRONG;
	}
	describe(long_options, letters);
	opterr = 0;
	while (wish == OPTIONS_RUN &&
	       (value = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
		const struct option_row *row = row_of(value);

		wish = row ? take(out, row) :
			     wrong("unknown or incomplete option", argv[optind - 1]);
	}
	out->invocation.arguments = argv + optind;
	out->invocation.n_arguments = (size_t)(argc - optind);
	return wish;
}

void options_free(struct options *options)
{
	free(options->invocation.rcpts);
}

const char *options_misplaced(const struct options *options, enum options_command command)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (options->given & 1u << i && !(rows[i].commands & command))
			return rows[i].name;
	return NULL;
}

/* --- help ------------------------------------------------------------------------------------- */

#define NAME_WIDTH 18 /* the longest, and a blank */

static void print_row(FILE *out, const struct option_row *row)
{
	char name[64];
	const char *line = row->help;
	size_t len;

	snprintf(name, sizeof(name), "--%s%s%s", row->name, row->argument ? " " : "",
		 row->argument ? row->argument : "");
	if (row->letter)
		fprintf(out, "  -%c, %-*s", row->letter, NAME_WIDTH, name);
	else
		fprintf(out, "      %-*s", NAME_WIDTH, name);
	for (; len = strcspn(line, "\n"), line[len]; line += len + 1)
		fprintf(out, "%.*s\n%*s", (int)len, line, NAME_WIDTH + 6, "");
	fprintf(out, "%s\n", line);
}

void options_help(FILE *out)
{
	for (size_t i = 0; i < N_ROWS; i++)
		print_row(out, &rows[i]);
}
