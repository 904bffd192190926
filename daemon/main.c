// SPDX-License-Identifier: Apache-2.0
/*
 * exogated: options -> settings -> listen -> drop privileges -> serve.  Only this file ends the
 * process.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "check.h"
#include "exota_environment.h"
#include "import_exota.h"
#include "keys.h"
#include "log.h"
#include "log_sink.h"
#include "privileges.h"
#include "serve.h"
#include "settings.h"
#include "verdicts.h"

enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
};

#define DEFAULT_SETTINGS "/etc/exogate/exogate.conf"

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
	const char *argument; /* that may follow; NULL: none */
} commands[] = {
	{ NULL, run_serve, "serve the milter protocol", NULL },
	{ "check", check_run, "say whether the settings are valid, and what is wrong with them",
	  NULL },
	{ "status", ask_status, "print what the running daemon does, and what it has counted",
	  NULL },
	{ "reload", ask_reload, "have the running daemon read its settings anew", NULL },
	{ "keys", keys_run, "print every setting with its type, default and meaning", NULL },
	{ "verdicts", verdicts_run, "print the table by which messages are judged, in its order",
	  NULL },
	{ "exota", run_exota, "serve in the place of ExOTA-Milter, with its environment variables",
	  NULL },
	{ "import-exota", import_exota_run,
	  "print ExOTA-Milter's policy file, or else its environment, as settings", "POLICY" },
};

static void print_usage(FILE *out)
{
	fprintf(out, "Usage: exogated [COMMAND [POLICY]] [-c FILE]\n\n"
		     "Authorises, rewrites and relays mail that comes out of Exchange Online.\n\n"
		     "Commands:\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(out, "  %-12s %s\n", commands[i].name ? commands[i].name : "(none)",
			commands[i].help);
	fprintf(out,
		"\nOptions:\n"
		"  -c, --config FILE  the settings (default " DEFAULT_SETTINGS ")\n"
		"      --engine NAME  uring, libmilter, or auto (the default): io_uring if "
		"the kernel\n"
		"                     allows it, else libmilter\n"
		"      --json         of status: as a JSON object\n"
		"      --tenants      of status: which tenants' mail was seen, and how it was\n"
		"                     judged\n"
		"  -h, --help         print this and exit\n"
		"      --version      print the version and exit\n\n"
		"Exit status: 0 done, 1 failed, 2 wrong usage.\n");
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
	struct serve_options options = {
		.source = start->source,
		.settings = start->settings,
		.policies = start->policies,
	};
	struct server *server = NULL;
	int status = EXIT_FAILED;

	/* A reader of the log that goes away must not take the daemon with it. */
	signal(SIGPIPE, SIG_IGN);
	privileges_close_inherited();
	log_sink_open();
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
	return status;
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "engine", required_argument, NULL, 'e' },
		{ "json", no_argument, NULL, 'j' },
		{ "tenants", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	const struct command *command = &commands[0];
	struct invocation invocation = {
		.settings = DEFAULT_SETTINGS,
		.engine = SERVE_ENGINE_AUTO,
	};
	int option;

	/* A line a write: a journal would not take as many pieces. */
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	opterr = 0;
	while ((option = getopt_long(argc, argv, "c:h", long_options, NULL)) != -1) {
		switch (option) {
		case 'c':
			invocation.settings = optarg;
			break;
		case 'e':
			if (!serve_engine_exists(optarg))
				return usage_error("unknown engine", optarg);
			invocation.engine = optarg;
			break;
		case 'j':
			invocation.json = true;
			break;
		case 't':
			invocation.tenants = true;
			break;
		case 'h':
			print_usage(stdout);
			return EXIT_OK;
		case 'v':
			puts("exogated " EXOGATE_VERSION);
			return EXIT_OK;
		default:
			return usage_error("unknown or incomplete option", argv[optind - 1]);
		}
	}
	if (optind < argc) {
		command = find_command(argv[optind]);
		if (!command)
			return usage_error("unknown command", argv[optind]);
		if (command->argument)
			invocation.argument = argv[++optind];
		if (optind + 1 < argc)
			return usage_error("unexpected argument", argv[optind + 1]);
	}
	return command->run(&invocation);
}
