// SPDX-License-Identifier: Apache-2.0
/* The command line: one table is dispatch and help. */
#include "acl_command.h"
#include "attach.h"
#include "confirm.h"
#include "drops.h"
#include "log.h"
#include "options.h"
#include "report.h"
#include "watch.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
};

enum arguments {
	ARGUMENTS_NONE,
	ARGUMENTS_INTERFACES,	       /* one or more */
	ARGUMENTS_INTERFACES_OPTIONAL, /* none: all */
	ARGUMENTS_FILE,
	ARGUMENTS_ADDRESS,
};

static const struct command {
	const char *group; /* the word before the name; NULL: none */
	const char *name;
	enum options_command id;
	enum arguments arguments;
	int (*run)(const struct options *options);
	const char *summary;
	const char *help;
} commands[] = {
	{ NULL, "attach", OPTIONS_ATTACH, ARGUMENTS_INTERFACES, attach_run,
	  "filter an interface, or renew its list and program",
	  "Drop what comes to a protected endpoint of IFACE from sources in no list.  On an\n"
	  "interface that is attached already, program and list are replaced in place; counters\n"
	  "go on.\n" },
	{ NULL, "detach", OPTIONS_DETACH, ARGUMENTS_INTERFACES, attach_undo, "filter it no more",
	  "Filter IFACE no more.\n" },
	{ NULL, "confirm", OPTIONS_CONFIRM, ARGUMENTS_INTERFACES_OPTIONAL, confirm_run,
	  "keep what attach --confirm did",
	  "Keep what attach --confirm did to IFACE, or to all interfaces that wait for it.\n" },
	{ NULL, "status", OPTIONS_STATUS, ARGUMENTS_NONE, report_run,
	  "show what is attached, its list and its counters",
	  "Show attached interfaces, lists and counters by reason.\n" },
	{ NULL, "drops", OPTIONS_DROPS, ARGUMENTS_NONE, drops_run,
	  "show which sources are dropped most",
	  "Show which sources are dropped most, by /24 (IPv4) and /48 (IPv6).\n" },
	{ NULL, "watch", OPTIONS_WATCH, ARGUMENTS_NONE, watch_run, "show drops as they happen",
	  "Show packets by reason and the latest drops, every second; without a terminal, a line\n"
	  "a drop.\n" },
	{ "acl", "show", OPTIONS_ACL_SHOW, ARGUMENTS_NONE, acl_show, "print the list",
	  "Print the list in force, or the one that --acl and the other options make.\n" },
	{ "acl", "diff", OPTIONS_ACL_DIFF, ARGUMENTS_FILE, acl_diff,
	  "show what applying a file would change",
	  "Show what applying Microsoft's endpoint list in FILE would change.\n" },
	{ "acl", "apply", OPTIONS_ACL_APPLY, ARGUMENTS_FILE, acl_apply,
	  "put a new version of Microsoft's list in force",
	  "Put Microsoft's endpoint list in FILE in force, in one step for every packet.  The\n"
	  "operator's prefixes and the relay pool stay, unless options say otherwise.\n" },
	{ "acl", "check", OPTIONS_ACL_CHECK, ARGUMENTS_ADDRESS, acl_check,
	  "say whether an address is admitted, and why",
	  "Say whether ADDR is admitted, by which prefix, and whose that is.\n" },
	{ "acl", "export", OPTIONS_ACL_EXPORT, ARGUMENTS_NONE, acl_export,
	  "print the list for Postfix, nftables or ipset",
	  "Print the list in the form that Postfix, nft -f, ipset restore or scripts read.\n" },
};

#define COMMANDS_N (sizeof(commands) / sizeof(commands[0]))

static const char *const arguments_text[] = {
	[ARGUMENTS_NONE] = "",
	[ARGUMENTS_INTERFACES] = " IFACE...",
	[ARGUMENTS_INTERFACES_OPTIONAL] = " [IFACE...]",
	[ARGUMENTS_FILE] = " FILE",
	[ARGUMENTS_ADDRESS] = " ADDR",
};

/* "attach", or "acl show" in two words. */
static const char *full_name(const struct command *command)
{
	static char name[32];

	snprintf(name, sizeof(name), "%s%s%s", command->group ? command->group : "",
		 command->group ? " " : "", command->name);
	return name;
}

static void print_synopsis(FILE *stream, const struct command *command)
{
	fprintf(stream, "exogate-xdp %s%s [OPTION]...\n", full_name(command),
		arguments_text[command->arguments]);
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

/* Whether it is one of the group's; with NULL every command is. */
static bool is_of(const struct command *command, const char *group)
{
	return !group || (command->group && strcmp(command->group, group) == 0);
}

static void print_commands(const char *group)
{
	printf("\nDrops at the NIC what comes to TCP port 25 from outside Microsoft's list.\n\n");
	for (size_t i = 0; i < COMMANDS_N; i++) {
		if (is_of(&commands[i], group))
			printf("  %-11s %s\n", full_name(&commands[i]), commands[i].summary);
	}
}

static void print_usage(FILE *stream, const char *group)
{
	const char *before = "Usage: ";

	for (size_t i = 0; i < COMMANDS_N; i++) {
		if (!is_of(&commands[i], group))
			continue;
		fputs(before, stream);
		print_synopsis(stream, &commands[i]);
		before = "       ";
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

/* How many words a command's name has, 0 if these do not begin with it. */
static int words_of(const struct command *command, int argc, char **argv)
{
	if (!command->group)
		return argc > 0 && strcmp(command->name, argv[0]) == 0 ? 1 : 0;
	return argc > 1 && strcmp(command->group, argv[0]) == 0 &&
			       strcmp(command->name, argv[1]) == 0 ?
		       2 :
		       0;
}

static const struct command *find_command(int argc, char **argv, int *words)
{
	for (size_t i = 0; i < COMMANDS_N; i++) {
		*words = words_of(&commands[i], argc, argv);
		if (*words)
			return &commands[i];
	}
	return NULL;
}

/* What is wrong with how many there are, or NULL. */
static const char *miscounted(const struct command *command, size_t n)
{
	switch (command->arguments) {
	case ARGUMENTS_NONE:
		return n ? "takes no argument" : NULL;
	case ARGUMENTS_INTERFACES:
		return n ? NULL : "name an interface";
	case ARGUMENTS_FILE:
		return n == 1 ? NULL : "name one file";
	case ARGUMENTS_ADDRESS:
		return n == 1 ? NULL : "name one address";
	default:
		return NULL;
	}
}

/* A report that is cut short is a failure, whatever it would have said. */
static int finish_output(void)
{
	return fflush(stdout) || ferror(stdout) ?
		       log_error("cannot write all of it to standard output") :
		       0;
}

static int run_command(const struct command *command, int argc, char **argv)
{
	static struct options options;
	const char *wrong;
	int status = EXIT_USAGE;

	if (asks_for_help(argc, argv)) {
		print_command_help(command);
		return EXIT_OK;
	}
	if (options_parse(argc, argv, command->id, &options))
		goto out;
	wrong = miscounted(command, options.n_arguments);
	if (wrong) {
		log_error("%s: %s", full_name(command), wrong);
		goto out;
	}
	status = command->run(&options) || finish_output() ? EXIT_FAILED : EXIT_OK;
out:
	options_free(&options);
	return status;
}

/* The word that several commands begin with, if this is it, or NULL. */
static const char *find_group(const char *word)
{
	for (size_t i = 0; i < COMMANDS_N; i++) {
		if (is_of(&commands[i], word))
			return word;
	}
	return NULL;
}

static int refuse_command(int argc, char **argv, const char *group)
{
	if (group && argc == 2)
		log_error("%s: name a command", group);
	else if (argc > 1)
		log_error("%s%s%s: no such command", argv[1], argc > 2 ? " " : "",
			  argc > 2 ? argv[2] : "");
	print_usage(stderr, group);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	const struct command *command;
	const char *group;
	int words;

	log_open();
	command = find_command(argc - 1, argv + 1, &words);
	if (command)
		return run_command(command, argc - 1 - words, argv + 1 + words);
	group = argc > 1 ? find_group(argv[1]) : NULL;
	if (argc > 1 && is_help(argv[group && argc > 2 ? 2 : 1])) {
		print_usage(stdout, group);
		print_commands(group);
		return EXIT_OK;
	}
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		puts("exogate-xdp " EXOGATE_VERSION);
		return EXIT_OK;
	}
	return refuse_command(argc, argv, group);
}
