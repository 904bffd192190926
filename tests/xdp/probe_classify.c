// SPDX-License-Identifier: Apache-2.0
/*
 * probe_classify - what bpf/classify.h finds in frames, for tests written in Python.
 *
 * Standard input is one struct exogate_config, then frames, each after its length as a __u32.
 * Each is answered by a line: the reason, and if it is "unlisted" also family, source in
 * hexadecimal, and port.  Malformed input is the test's bug and ends the program with status 2.
 */
#include <stdio.h>
#include <stdlib.h>

#include "classify.h"

#define FRAME_MAX 65536

#define NAME(id, name, verdict, meaning) [EXOGATE_##id] = (name),
static const char *const names[] = { EXOGATE_REASONS(NAME) };

static void fail(const char *what)
{
	fprintf(stderr, "probe_classify: %s\n", what);
	exit(2);
}

static void print_finding(enum exogate_reason reason, const struct classify_packet *packet)
{
	if (reason != EXOGATE_UNLISTED) {
		puts(names[reason]);
		return;
	}
	printf("%s %u ", names[reason], packet->family);
	for (__u32 i = 0; i < (packet->family == 4 ? 4 : 16); i++)
		printf("%02x", packet->source[i]);
	printf(" %u\n", packet->port);
}

/* The frame in memory of exactly its size, so that the sanitizer sees a read past the end. */
static void answer(const struct exogate_config *config, __u32 len)
{
	struct classify_packet packet = { 0 };
	__u8 *frame = malloc(len ? len : 1);

	if (!frame || fread(frame, 1, len, stdin) != len)
		fail("a frame ends early");
	print_finding(classify_frame(frame, frame + len, config, &packet), &packet);
	free(frame);
}

int main(void)
{
	struct exogate_config config;
	__u32 len;

	if (fread(&config, sizeof(config), 1, stdin) != 1)
		fail("no configuration");
	while (fread(&len, sizeof(len), 1, stdin) == 1) {
		if (len > FRAME_MAX)
			fail("a frame is too long");
		answer(&config, len);
	}
	return 0;
}
