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
	const char *summary;
	const char *help;
} commands[] = {
	{ "attach", OPTIONS_ATTACH, 1, attach_run, "filter an interface, or renew its lists",
	  "Drop what comes to TCP port 25 of IFACE from sources in no list.  On an interface that\n"
	  "is attached already, program and lists are replaced in place; counters go on.\n" },
	{ "detach", OPTIONS_DETACH, 1, attach_undo, "filter it no more",
	  "Filter IFACE no more.\n" },
	{ "status", OPTIONS_STATUS, 0, report_run, "show what is attached, and its counters",
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
	printf("Usage: ");
	print_synopsis(stdout, command);
	printf("\n%s\n", command->help);
	options_help(stdout, command->id);
}

static int is_help(const char *argument)
{
	return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

static void print_commands(void)
{
	printf("\nDrops at the NIC what comes to TCP port 25 from outside Microsoft's list.\n\n");
	for (size_t i = 0; i < COMMANDS_N; i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].summary);
}

static void print_usage(FILE *stream)
{
	for (size_t i = 0; i < COMMANDS_N; i++) {
		fputs(i == 0 ? "Usage: " : "       ", stream);
		print_synopsis(stream, &commands[i]);
	}
	fprintf(stream, "       exogate-xdp [COMMAND] --help | --version\n");
}

static int asks_for_help(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (is_help(argv[i]))
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

	if (asks_for_help(argc, argv)) {
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
	if (argc > 1 && is_help(argv[1])) {
		print_usage(stdout);
		print_commands();
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
