// SPDX-License-Identifier: Apache-2.0
/*
 * exogate-bench: what a message costs.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decide.h"

static void print_usage(FILE *out)
{
	fprintf(out,
		"Usage: exogate-bench decide -c FILE [OPTION]... MESSAGE\n\n"
		"Measures the CPU time from the bytes of one message to its verdict and edits,\n"
		"without any I/O, by the policy in FILE.\n\n"
		"  -c, --config FILE      exogated's settings\n"
		"      --client ADDR      client address (default 40.107.1.2)\n"
		"      --cert-cn NAME     verified client certificate (default\n"
		"                         mail.protection.outlook.com)\n"
		"      --mail-from ADDR   envelope sender (default: null)\n"
		"      --rcpt ADDR        recipient (default someone@example.org)\n"
		"  -n, --messages N       messages in each of %d runs (default %u)\n"
		"  -h, --help             print this and exit\n"
		"      --version          print the version and exit\n",
		DECIDE_RUNS, DECIDE_MESSAGES_DEFAULT);
}

static bool parse_count(const char *text, unsigned int *out)
{
	char *stop;
	unsigned long n = strtoul(text, &stop, 10);

	if (*text < '0' || *text > '9' || *stop || n == 0 || n > DECIDE_MESSAGES_MAX)
		return false;
	*out = (unsigned int)n;
	return true;
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
	{ "version", no_argument, NULL, 'v' },
	{ NULL, 0, NULL, 0 },
};

enum step {
	STEP_ON,
	STEP_DONE, /* all that was asked for is printed */
	STEP_MISUSED,
};

static enum step take_option(int option, struct decide_options *o)
{
	switch (option) {
	case 'c':
		o->settings = optarg;
		return STEP_ON;
	case OPTION_CLIENT:
		o->envelope.client = optarg;
		return STEP_ON;
	case OPTION_CERTIFICATE:
		o->envelope.certificate = optarg;
		return STEP_ON;
	case OPTION_MAIL_FROM:
		o->envelope.mail_from = optarg;
		return STEP_ON;
	case OPTION_RCPT:
		o->envelope.rcpt = optarg;
		return STEP_ON;
	case 'n':
		if (parse_count(optarg, &o->messages))
			return STEP_ON;
		fprintf(stderr, "exogate-bench: --messages takes a number from 1 to %u\n",
			DECIDE_MESSAGES_MAX);
		return STEP_MISUSED;
	case 'h':
		print_usage(stdout);
		return STEP_DONE;
	case 'v':
		puts("exogate-bench " EXOGATE_VERSION);
		return STEP_DONE;
	default:
		fprintf(stderr,
			"exogate-bench: unknown or incomplete option; see exogate-bench --help\n");
		return STEP_MISUSED;
	}
}

int main(int argc, char **argv)
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
	enum step step = STEP_ON;
	int option;

	opterr = 0;
	while (step == STEP_ON &&
	       (option = getopt_long(argc, argv, "c:n:h", long_options, NULL)) != -1)
		step = take_option(option, &options);
	if (step != STEP_ON)
		return step == STEP_DONE ? 0 : 2;
	if (argc - optind != 2 || strcmp(argv[optind], "decide") != 0 || !options.settings) {
		fprintf(stderr,
			"exogate-bench: wants \"decide -c FILE MESSAGE\"; see exogate-bench "
			"--help\n");
		return 2;
	}
	options.message = argv[optind + 1];
	return decide_run(&options);
}
