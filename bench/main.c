// SPDX-License-Identifier: Apache-2.0
/*
 * exogate-bench: what a message and a packet cost.  One row is dispatch and help of a command; its
 * options are in its own file.
 */
#include <stdio.h>
#include <string.h>

#include "decide.h"
#include "dkim.h"
#include "domains.h"
#include "drive.h"
#include "flood.h"
#include "milter.h"
#include "option.h"
#include "xdp.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv); /* argv[0] is the command; an exit status */
	const char *help;
} commands[] = {
	{ "decide", decide_run, "the CPU time of judging one message, without any I/O" },
	{ "dkim", dkim_run, "the CPU time of verifying a signature, beside bare OpenSSL" },
	{ "domains", domains_run, "a policy of many domains: to load, to keep, to look up in" },
	{ "drive", drive_run, "messages through a milter that runs already" },
	{ "milter", milter_run, "a message through the milter, beside a floor and libmilter" },
	{ "flood", flood_run, "SYNs out of an interface, as fast as one CPU makes them" },
	{ "xdp", xdp_run, "a packet in the XDP program, beside other ways to look its source up" },
};

#define COMMANDS_N (sizeof(commands) / sizeof(commands[0]))

static void print_usage(FILE *out)
{
	fprintf(out, "Usage: exogate-bench COMMAND [OPTION]...\n\n"
		     "Measures exogate against what could be run instead.\n\n"
		     "Commands:\n");
	for (size_t i = 0; i < COMMANDS_N; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
	fprintf(out, "\n\"exogate-bench COMMAND --help\" prints the options of a command.\n"
		     "      --version  print the version and exit\n\n"
		     "Exit status: 0 done, 1 failed or void, 2 wrong usage.\n");
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (!strcmp(name, "--help") || !strcmp(name, "-h")) {
		print_usage(stdout);
		return 0;
	}
	if (!strcmp(name, "--version")) {
		puts("exogate-bench " EXOGATE_VERSION);
		return 0;
	}
	for (size_t i = 0; i < COMMANDS_N; i++)
		if (!strcmp(name, commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	if (argc > 1)
		return option_misused("no such command", name);
	print_usage(stderr);
	return OPTION_EXIT_USAGE;
}
