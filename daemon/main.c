// SPDX-License-Identifier: Apache-2.0
/*
 * exogated: options -> settings -> listen -> drop privileges -> serve.  Only this file ends the
 * process.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "check.h"
#include "exota_environment.h"
#include "explain.h"
#include "import_exota.h"
#include "keys.h"
#include "log.h"
#include "log_sink.h"
#include "options.h"
#include "privileges.h"
#include "rate_limit.h"
#include "serve.h"
#include "settings.h"
#include "verdicts.h"

enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
};

static int serve_settings(const struct supervisor_start *start, const char *engine_name);

static int serve_source(const struct settings_source *source, const char *engine_name)
{
	struct settings *settings = settings_load_from(source, stderr);
	struct policy_store policies;
	struct policy_version *first;
	int status;

	if (!settings)
		return EXIT_FAILED;
	if (!policy_store_open(&policies, settings)) {
		fprintf(stderr, "exogated: not enough memory\n");
		settings_free(settings);
		return EXIT_FAILED;
	}
	first = policy_store_take(&policies);
	status = serve_settings(
		&(const struct supervisor_start){
			.source = source,
			.settings = settings,
			.policies = &policies,
		},
		engine_name);
	policy_version_give_back(first);
	policy_store_close(&policies);
	return status;
}

static int run_serve(const struct invocation *invocation)
{
	return serve_source(&(const struct settings_source){ .path = invocation->settings },
			    invocation->engine);
}

/* In the place of ExOTA-Milter, whose environment it takes for its settings. */
static int run_exota(const struct invocation *invocation)
{
	return serve_source(&exota_environment, invocation->engine);
}

/* One row is dispatch, help and documentation of a command. */
static const struct command {
	const char *name; /* NULL: without a command */
	int (*run)(const struct invocation *invocation);
	const char *help;
	enum options_command options; /* which it has */
	const char *arguments;	      /* that follow; NULL: none */
	size_t least, most;	      /* how many of them */
} commands[] = {
	{ NULL, run_serve, "serve the milter protocol", OPTIONS_SERVE, NULL, 0, 0 },
	{ "check", check_run, "say whether the settings are valid, and what is wrong with them",
	  OPTIONS_OTHERS, NULL, 0, 0 },
	{ "explain", explain_run, "say how messages in files would be judged, and why",
	  OPTIONS_EXPLAIN, "MESSAGE...", 1, SIZE_MAX },
	{ "status", ask_status, "print what the running daemon does, and what it has counted",
	  OPTIONS_STATUS, NULL, 0, 0 },
	{ "reload", ask_reload, "have the running daemon read its settings anew", OPTIONS_OTHERS,
	  NULL, 0, 0 },
	{ "keys", keys_run, "print every setting with its type, default and meaning",
	  OPTIONS_OTHERS, NULL, 0, 0 },
	{ "verdicts", verdicts_run, "print the table by which messages are judged, in its order",
	  OPTIONS_OTHERS, NULL, 0, 0 },
	{ "exota", run_exota, "serve in the place of ExOTA-Milter, with its environment variables",
	  OPTIONS_SERVE, NULL, 0, 0 },
	{ "import-exota", import_exota_run,
	  "print ExOTA-Milter's policy file, or else its environment, as settings", OPTIONS_OTHERS,
	  "POLICY", 0, 1 },
};

static void print_usage(FILE *out)
{
	fprintf(out, "Usage: exogated [COMMAND [ARGUMENT...]] [-c FILE]\n\n"
		     "Authorises, rewrites and relays mail that comes out of Exchange Online.\n\n"
		     "Commands:\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(out, "  %-12s %s\n", commands[i].name ? commands[i].name : "(none)",
			commands[i].help);
	fprintf(out, "\nOptions:\n");
	options_help(out);
	fprintf(out, "\nExit status: 0 done, 1 failed, 2 wrong usage.\n");
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].name && !strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int usage_error(const char *what, const char *which)
{
	fprintf(stderr, "exogated: %s \"%s\"; see exogated --help\n", what, which);
	return EXIT_USAGE;
}

/* --- serving ---------------------------------------------------------------------------------- */

static int serve_settings(const struct supervisor_start *start, const char *engine_name)
{
	const struct serve_engine *engine = serve_engine_choose(engine_name);
	struct rate_limits *limits = rate_limits_new(start->settings->n_tenants);
	const struct session_limiter limiter = rate_limits_limiter(limits);
	struct serve_options options = {
		.source = start->source,
		.settings = start->settings,
		.policies = start->policies,
		.limiter = &limiter,
	};
	struct server *server = NULL;
	int status = EXIT_FAILED;

	/* A reader of the log that goes away must not take the daemon with it. */
	signal(SIGPIPE, SIG_IGN);
	privileges_close_inherited();
	log_sink_open();
	if (!limits) {
		fprintf(stderr, "exogated: not enough memory\n");
		goto out;
	}
	options.supervisor = supervisor_open(start, stderr);
	if (!options.supervisor)
		goto out;
	server = engine->open(&options, stderr);
	if (!server || !privileges_drop(start->settings->user, stderr))
		goto out;
	privileges_warn(start->settings->user, start->source, stderr);
	log_line("version " EXOGATE_VERSION " serves with %s", engine->name);
	if (engine->run(server))
		status = EXIT_OK;
out:
	engine->close(server);
	supervisor_close(options.supervisor);
	rate_limits_free(limits);
	return status;
}

/* Takes the command's name off the arguments; NULL after a line on standard error. */
static const struct command *choose_command(struct options *options)
{
	struct invocation *invocation = &options->invocation;
	const struct command *command = &commands[0];
	const char *misplaced;

	if (invocation->n_arguments) {
		command = find_command(invocation->arguments[0]);
		if (!command) {
			usage_error("unknown command", invocation->arguments[0]);
			return NULL;
		}
		invocation->arguments++;
		invocation->n_arguments--;
	}
	misplaced = options_misplaced(options, command->options);
	if (misplaced)
		usage_error("not an option of this command:", misplaced);
	else if (invocation->n_arguments > command->most)
		usage_error("unexpected argument", invocation->arguments[command->most]);
	else if (invocation->n_arguments < command->least)
		usage_error("missing argument", command->arguments);
	else
		return command;
	return NULL;
}

static int run(struct options *options)
{
	const struct command *command = choose_command(options);

	return command ? command->run(&options->invocation) : EXIT_USAGE;
}

int main(int argc, char **argv)
{
	struct options options;
	int status = EXIT_OK;

	if (!privileges_open_streams())
		return EXIT_FAILED;
	/* A line a write: a journal would not take as many pieces. */
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	switch (options_parse(argc, argv, &options)) {
	case OPTIONS_RUN:
		status = run(&options);
		break;
	case OPTIONS_HELP:
		print_usage(stdout);
		break;
	case OPTIONS_VERSION:
		puts("exogated " EXOGATE_VERSION);
		break;
	case OPTIONS_WRONG:
		status = EXIT_USAGE;
		break;
	}
	options_free(&options);
	return status;
}
