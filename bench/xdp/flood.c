// SPDX-License-Identifier: Apache-2.0
#include "flood.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "option.h"
#include "scene.h"
#include "subjects.skel.h"

#define IP	    14 /* where headers begin */
#define TCP	    34
#define BATCH	    64u
#define RUN	    (1u << 17) /* frames in each call */
#define SECONDS_MAX 3600u
#define PORT_MAX    65535u

struct flood_options {
	const char *interface;
	struct ether_addr to;
	unsigned int port;
	unsigned int seconds;
};

/* --- the frame -------------------------------------------------------------------------------- */

/* RFC 1071, not folded: what is added later may still carry. */
static __u32 sum_words(const uint8_t *bytes, size_t n)
{
	__u32 sum = 0;

	for (size_t i = 0; i < n; i += 2) {
		uint16_t word;

		memcpy(&word, bytes + i, sizeof(word));
		sum += word;
	}
	return sum;
}

/* A SYN that a host takes, but for the source and what depends on it, which are zero. */
static void make_syn(const struct flood_options *options, struct frame *frame)
{
	static const uint8_t none[4];
	const struct exogate_endpoint to = {
		.port = options->port,
		.addr = { 198, 51, 100, 25 },
	};

	frame_make(frame, &to, 4, none);
	memcpy(frame->bytes, &options->to, sizeof(options->to));
	frame->bytes[IP + 8] = 64; /* TTL */
	frame->bytes[TCP] = 0x80;  /* source port 32768 */
	frame->bytes[TCP + 12] = 20 / 4 << 4;
	frame->bytes[TCP + 13] = 0x02; /* SYN */
	frame->bytes[TCP + 14] = 0xff; /* window */
}

static void set_sums(const struct frame *frame, struct subjects_bpf__bss *bss)
{
	bss->ip_sum = sum_words(frame->bytes + IP, 20);
	/* The pseudo-header: addresses, protocol, length. */
	bss->tcp_sum = sum_words(frame->bytes + IP + 12, 8 + 20) + htons(IPPROTO_TCP) + htons(20);
}

/* --- sending ---------------------------------------------------------------------------------- */

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int send_for(struct subjects_bpf *programs, const struct frame *frame, unsigned int seconds)
{
	double end = seconds_now() + seconds;
	unsigned long long sent = 0;

	while (seconds_now() < end) {
		LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame->bytes,
			    .data_size_in = frame->len, .repeat = RUN, .batch_size = BATCH,
			    .flags = BPF_F_TEST_XDP_LIVE_FRAMES);

		if (bpf_prog_test_run_opts(bpf_program__fd(programs->progs.next4), &opts))
			return log_errno("cannot send frames");
		sent += RUN;
	}
	printf("%llu frames made\n", sent);
	return 0;
}

static int flood(const struct flood_options *options, struct subjects_bpf *programs)
{
	struct list list = { 0 };
	struct frame frame;
	int send = bpf_program__fd(programs->progs.send);
	const __u32 only = 0;
	bool filled;

	programs->bss->out = if_nametoindex(options->interface);
	if (!programs->bss->out)
		return log_errno("%s", options->interface);
	filled = scene_list(SCENE_PREFIXES_MIN, &list) &&
		 scene_pool(&list, SCENE_UNLISTED, 4, programs->bss->pool);
	list_free(&list);
	if (!filled)
		return log_error("out of memory");
	if (bpf_map_update_elem(bpf_map__fd(programs->maps.subject), &only, &send, BPF_ANY))
		return log_errno("cannot go on to a BPF program");
	make_syn(options, &frame);
	set_sums(&frame, programs->bss);
	return send_for(programs, &frame, options->seconds);
}

static int run(const struct flood_options *options)
{
	struct subjects_bpf *programs;
	int status;

	log_open();
	programs = subjects_bpf__open_and_load();
	if (!programs)
		return log_errno("cannot load the bench's BPF programs: %s", log_libbpf());
	status = flood(options, programs);
	subjects_bpf__destroy(programs);
	return status;
}

/* --- options ---------------------------------------------------------------------------------- */

static void print_usage(void)
{
	printf("Usage: exogate-bench flood [OPTION]... INTERFACE MAC\n\n"
	       "Sends SYNs from random unlisted sources to 198.51.100.25 out of INTERFACE, the\n"
	       "peer of which has the address MAC, as fast as one CPU makes them.  For network\n"
	       "namespaces made for it.\n\n"
	       "      --port N      to this port (default %u)\n"
	       "      --seconds N   how long (default 1)\n"
	       "  -h, --help        print this and exit\n",
	       SUBJECTS_PORT);
}

enum option_value {
	OPTION_PORT = 256,
	OPTION_SECONDS,
};

static const struct option long_options[] = {
	{ "port", required_argument, NULL, OPTION_PORT },
	{ "seconds", required_argument, NULL, OPTION_SECONDS },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static bool take_option(void *options, int option)
{
	struct flood_options *o = options;

	switch (option) {
	case OPTION_PORT:
		return option_count("port", optarg, PORT_MAX, &o->port);
	case OPTION_SECONDS:
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

int flood_run(int argc, char **argv)
{
	struct flood_options options = { .port = SUBJECTS_PORT, .seconds = 1 };
	int status;

	if (!option_read(argc, argv, &option_set, &options, &status))
		return status;
	if (argc - optind != 2)
		return option_misused("flood wants", "INTERFACE MAC");
	options.interface = argv[optind];
	if (!ether_aton_r(argv[optind + 1], &options.to))
		return option_misused("no Ethernet address:", argv[optind + 1]);
	return run(&options) ? 1 : 0;
}
