// SPDX-License-Identifier: Apache-2.0
#include "filter_control.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "clock.h"
#include "log.h"

/* How long the daemon waits for its processes to read the settings, which it has just done. */
#define PATIENCE_NS (10 * CLOCK_SECOND_NS)

enum word {
	READY,	/* says the process, once */
	LOAD,	/* says the daemon: read the settings */
	LOADED, /* says the process */
	FAILED, /* or this */
	ADOPT,	/* says the daemon: put in force what you have read */
	DROP,	/* or: forget it */
};

struct message {
	enum word word;
	uint32_t round;	      /* of LOAD and what follows it */
	uint64_t connections; /* of READY */
};

bool filter_control_open(int ends[2])
{
	return !socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

/* Never waits: who does not read is one who does not answer. */
static bool say(int end, struct message message)
{
	return send(end, &message, sizeof(message), MSG_DONTWAIT | MSG_NOSIGNAL) ==
	       (ssize_t)sizeof(message);
}

/* Whole, or nothing: at the other end's end, or, with MSG_DONTWAIT, while there is none. */
static bool hear(int end, struct message *message, int flags)
{
	ssize_t len;

	do
		len = recv(end, message, sizeof(*message), flags);
	while (len < 0 && errno == EINTR);
	return len == (ssize_t)sizeof(*message);
}

/* --- the process's end ------------------------------------------------------------------------ */

bool filter_control_say_ready(int end, size_t connections)
{
	return say(end, (struct message){ .word = READY, .connections = connections });
}

/* The daemon has just found the file good, and has said what there is to say about it. */
static struct settings *load_quietly(const struct settings_source *source)
{
	FILE *said = fopen("/dev/null", "w");
	struct settings *settings = said ? settings_load_from(source, said) : NULL;

	if (said)
		fclose(said);
	return settings;
}

static void adopt(struct settings *settings, struct policy_store *policies)
{
	if (policy_store_replace(policies, settings))
		return;
	settings_free(settings);
	log_line("a process of libmilter's keeps the former policy: not enough memory");
}

void filter_control_obey(int end, const struct settings_source *source,
			 struct policy_store *policies)
{
	struct settings *loaded = NULL;
	struct message message;

	while (hear(end, &message, 0)) {
		if (message.word == ADOPT && loaded)
			adopt(loaded, policies);
		else
			settings_free(loaded);
		loaded = message.word == LOAD ? load_quietly(source) : NULL;
		if (message.word == LOAD)
			say(end, (struct message){
					 .word = loaded ? LOADED : FAILED,
					 .round = message.round,
				 });
	}
	settings_free(loaded);
}

/* --- the daemon's ----------------------------------------------------------------------------- */

size_t filter_control_await_ready(int end)
{
	struct message message;

	return hear(end, &message, 0) && message.word == READY ? message.connections : 0;
}

bool filter_control_has_ended(int end)
{
	struct message late;

	errno = 0; /* as it is left by the end */
	while (hear(end, &late, MSG_DONTWAIT))
		;
	return errno != EAGAIN;
}

static const char *answer_of(int end, uint32_t round, uint64_t until_ns)
{
	struct pollfd awaited = { .fd = end, .events = POLLIN };
	struct message answer;
	uint64_t now_ns;

	while ((now_ns = clock_monotonic_ns()) < until_ns) {
		if (poll(&awaited, 1, (int)((until_ns - now_ns) / 1000000 + 1)) <= 0)
			continue;
		if (!hear(end, &answer, 0))
			return "has ended";
		if (answer.round == round && answer.word == LOADED)
			return NULL;
		if (answer.round == round)
			return "could not read the settings; see exogated check";
	}
	return "does not answer";
}

bool filter_control_reload(const int *ends, size_t n, FILE *report)
{
	static uint32_t round;
	uint64_t until_ns = clock_monotonic_ns() + PATIENCE_NS;
	bool ok = true;

	round++;
	for (size_t i = 0; i < n; i++)
		say(ends[i], (struct message){ .word = LOAD, .round = round });
	for (size_t i = 0; i < n; i++) {
		const char *failure = answer_of(ends[i], round, until_ns);

		if (failure)
			fprintf(report, "the process of listener %zu %s\n", i + 1, failure);
		ok = ok && !failure;
	}
	for (size_t i = 0; i < n; i++)
		say(ends[i], (struct message){ .word = ok ? ADOPT : DROP, .round = round });
	return ok;
}
