// SPDX-License-Identifier: Apache-2.0
#include "drive.h"

#include <inttypes.h>
#include <stdio.h>

#include "driver.h"
#include "option.h"
#include "scene.h"

#define NANOSECONDS	    UINT64_C(1000000000)
#define CONNECTIONS_DEFAULT 16u
#define CONNECTIONS_MAX	    1000u
#define MESSAGES_DEFAULT    100u
#define MESSAGES_MAX	    1000000u
#define SECONDS_DEFAULT	    1u
#define SECONDS_MAX	    3600u

struct drive_options {
	unsigned int connections;
	unsigned int messages; /* a connection */
	unsigned int seconds;
	const char *socket;
	char **paths; /* of messages */
	size_t n_paths;
};

static const struct stream_envelope envelope = {
	.client = SCENE_CLIENT,
	.certificate = SCENE_CERTIFICATE,
	.rcpt = SCENE_RCPT,
};

static int report(const struct driver_result *result)
{
	printf("%" PRIu64 " messages\n", result->messages);
	if (!result->wrong)
		return 0;
	fprintf(stderr, "exogate-bench: %s, and so %" PRIu64 " times\n", result->first_wrong,
		result->wrong);
	return 1;
}

static int run(const struct drive_options *options)
{
	struct corpus corpus;
	struct driver *driver;
	struct driver_result result;
	int status = 1;

	if (!corpus_read(options->paths, options->n_paths, REPLY_ACCEPT, &corpus, stderr))
		return 1;
	driver = driver_open(
		&(struct driver_options){
			.name = options->socket,
			.socket = options->socket,
			.corpus = &corpus,
			.envelope = &envelope,
			.judges = true,
			.connections = options->connections,
			.messages_per_connection = options->messages,
		},
		stderr);
	if (driver && driver_run(driver, options->seconds * NANOSECONDS, 0, &result, stderr))
		status = report(&result);
	driver_close(driver);
	corpus_free(&corpus);
	return status;
}

/* --- options ---------------------------------------------------------------------------------- */

static void print_usage(void)
{
	printf("Usage: exogate-bench drive [OPTION]... SOCKET MESSAGE...\n\n"
	       "Sends messages (files) in turn to the milter on a unix socket, as Postfix sends\n"
	       "them, and prints how many it has accepted. It must accept them all.\n\n"
	       "      --connections N  at once (default %u)\n"
	       "      --messages N     on a connection, then another (default %u)\n"
	       "      --seconds N      then no connection begins another (default %u)\n"
	       "  -h, --help           print this and exit\n",
	       CONNECTIONS_DEFAULT, MESSAGES_DEFAULT, SECONDS_DEFAULT);
}

static const struct option long_options[] = {
	{ "connections", required_argument, NULL, 'c' },
	{ "messages", required_argument, NULL, 'n' },
	{ "seconds", required_argument, NULL, 's' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static bool take_option(void *options, int option)
{
	struct drive_options *o = options;

	switch (option) {
	case 'c':
		return option_count("connections", optarg, CONNECTIONS_MAX, &o->connections);
	case 'n':
		return option_count("messages", optarg, MESSAGES_MAX, &o->messages);
	case 's':
		return option_count("seconds", optarg, SECONDS_MAX, &o->seconds);
	default:
		return false;
	}
}

static const struct option_set option_set = {
	.letters = "h",
	.names = long_options,
	.print_usage = print_usage,
	.take = take_option,
};

int drive_run(int argc, char **argv)
{
	struct drive_options options = {
		.connections = CONNECTIONS_DEFAULT,
		.messages = MESSAGES_DEFAULT,
		.seconds = SECONDS_DEFAULT,
	};
	int status;

	if (!option_read(argc, argv, &option_set, &options, &status))
		return status;
	if (argc - optind < 2)
		return option_misused("drive wants", "SOCKET MESSAGE...");
	options.socket = argv[optind];
	options.paths = argv + optind + 1;
	options.n_paths = (size_t)(argc - optind - 1);
	return run(&options);
}
