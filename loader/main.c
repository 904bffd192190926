// SPDX-License-Identifier: Apache-2.0
/* The command line: one table is dispatch and help. */
#include "attach.h"
#include "log.h"
#include "options.h"
#include "report.h"

#include <stdio.h>
#include <string.h>

enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
};

static const struct command {
	const char *name;
	enum options_command id;
	int takes_interfaces;
	int (*run)(const struct options *options);
	const char *help;
} commands[] = {
	{ "attach", OPTIONS_ATTACH, 1, attach_run,
	  "Drop what comes to TCP port 25 of IFACE from sources in no list.  On an interface that\n"
	  "is attached already, program and lists are replaced in place; counters go on.\n" },
	{ "detach", OPTIONS_DETACH, 1, attach_undo, "Filter IFACE no more.\n" },
	{ "status", OPTIONS_STATUS, 0, report_run,
	  "Show attached interfaces, lists and counters by reason.\n" },
};

#define COMMANDS_N (sizeof(commands) / sizeof(commands[0]))

static void print_synopsis(FILE *stream, const struct command *command)
{
	fprintf(stream, "exogate-xdp %s%s [OPTION]...\n", command->name,
		command->takes_interfaces ? " IFACE..." : "");
}

static void print_command_help(const struct command *command)
{
	printf("usage: ");
	print_synopsis(stdout, command);
	printf("\n%s\n", command->help);
	options_help(stdout, command->id);
}

static void print_usage(FILE *stream)
{
	for (size_t i = 0; i < COMMANDS_N; i++) {
		fputs(i == 0 ? "usage: " : "       ", stream);
		print_synopsis(stream, &commands[i]);
	}
	fprintf(stream, "       exogate-xdp [COMMAND] --help | --version\n");
}

static int has_argument(int argc, char **argv, const char *wanted)
{
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], wanted) == 0)
			return 1;
	}
	return 0;
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS_N; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

static int run_command(const struct command *command, int argc, char **argv)
{
	static struct options options;

	if (has_argument(argc, argv, "--help")) {
		print_command_help(command);
		return EXIT_OK;
	}
	if (options_parse(argc, argv, command->id, &options))
		return EXIT_USAGE;
	if (command->takes_interfaces != (options.n_interfaces > 0)) {
		log_error("%s: %s", command->name,
			  command->takes_interfaces ? "name an interface" : "takes no argument");
		return EXIT_USAGE;
	}
	return command->run(&options) ? EXIT_FAILED : EXIT_OK;
}

int main(int argc, char **argv)
{
	const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;

	log_open();
	if (command)
		return run_command(command, argc - 2, argv + 2);
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		print_usage(stdout);
		return EXIT_OK;
	}
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		puts("exogate-xdp " EXOGATE_VERSION);
		return EXIT_OK;
	}
	if (argc > 1)
		log_error("%s: no such command", argv[1]);
	print_usage(stderr);
	return EXIT_USAGE;
}
