// SPDX-License-Identifier: Apache-2.0
#include "watch.h"

#include "attached.h"
#include "counters.h"
#include "exogate_drop.h"
#include "log.h"

#include <arpa/inet.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_MS	1000000ull
#define NS_PER_S	1000000000ull
#define LATEST_N	10
#define EVENT_TEXT_SIZE 192

#define CLEAR_SCREEN "\033[H\033[2J"

struct watch {
	struct attached_set set;
	struct ring_buffer *ring;
	bool screen;
	__u64 began_ns;
	struct counters *before, *now; /* of each interface */
	char latest[LATEST_N][EVENT_TEXT_SIZE];
	size_t n_events;
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * NS_PER_S + (__u64)now.tv_nsec;
}

/* --- events ----------------------------------------------------------------------------------- */

static const char *interface_of(const struct watch *watch, __u32 ifindex)
{
	for (size_t i = 0; i < watch->set.n; i++) {
		if (watch->set.items[i].held.device.ifindex == ifindex)
			return watch->set.items[i].interface;
	}
	return "?";
}

static void format_event(const struct watch *watch, const struct exogate_event *event,
			 char text[EVENT_TEXT_SIZE])
{
	char source[INET6_ADDRSTRLEN] = "?", destination[INET6_ADDRSTRLEN] = "?", clock[16];
	int family = event->family == 4 ? AF_INET : AF_INET6;
	time_t seconds = time(NULL);
	struct tm local;

	if (event->family) {
		inet_ntop(family, event->source, source, sizeof(source));
		inet_ntop(family, event->destination, destination, sizeof(destination));
	}
	strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&seconds, &local));
	snprintf(text, EVENT_TEXT_SIZE, "%s %s %s %s > %s port %u%s", clock,
		 interface_of(watch, event->ifindex),
		 event->reason < EXOGATE_REASON_N ? counters_reasons[event->reason].name : "?",
		 source, destination, event->port, event->monitored ? " (monitored: passed)" : "");
}

/* What was dropped before we looked is old news. */
static int take_event(void *context, void *data, size_t size)
{
	struct watch *watch = context;
	const struct exogate_event *event = data;
	char *text = watch->latest[watch->n_events % LATEST_N];

	if (size < sizeof(*event) || event->time_ns < watch->began_ns)
		return 0;
	format_event(watch, event, text);
	watch->n_events++;
	if (!watch->screen)
		puts(text);
	return 0;
}

/* --- the screen ------------------------------------------------------------------------------- */

static void draw_counters(const struct watch *watch, size_t i)
{
	const struct counters *before = &watch->before[i], *now = &watch->now[i];

	printf("%s\n  %-16s %-7s %12s %15s\n", watch->set.items[i].interface, "reason", "verdict",
	       "packets/s", "packets");
	for (int reason = 0; reason < EXOGATE_REASON_N; reason++) {
		__u64 packets = now->decided[reason].packets + now->monitored[reason].packets;
		__u64 past = before->decided[reason].packets + before->monitored[reason].packets;

		if (packets)
			printf("  %-16s %-7s %12llu %15llu\n", counters_reasons[reason].name,
			       counters_verdict(reason), (unsigned long long)(packets - past),
			       (unsigned long long)packets);
	}
}

static void draw(const struct watch *watch)
{
	size_t first = watch->n_events > LATEST_N ? watch->n_events - LATEST_N : 0;

	fputs(CLEAR_SCREEN "exogate-xdp watch; Ctrl-C ends it\n\n", stdout);
	for (size_t i = 0; i < watch->set.n; i++)
		draw_counters(watch, i);
	puts("\nlatest drops");
	for (size_t i = first; i < watch->n_events; i++)
		printf("  %s\n", watch->latest[i % LATEST_N]);
}

static int read_counters(struct watch *watch)
{
	for (size_t i = 0; i < watch->set.n; i++) {
		watch->before[i] = watch->now[i];
		if (counters_read(watch->set.items[i].held.maps[HELD_CPUS], &watch->now[i]))
			return -1;
	}
	return 0;
}

/* --- running ---------------------------------------------------------------------------------- */

/* Holds a name that the kernel gives out once, for as long as this process lives. */
static int claim(const struct attached *attached)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int len = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "exogate-xdp-watch-%u",
			   attached->held.map_ids[HELD_EVENTS]);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return log_errno("cannot make a socket");
	if (bind(fd, (struct sockaddr *)&name,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len)) == 0)
		return 0;
	return errno == EADDRINUSE ?
		       log_error("%s: somebody else watches it", attached->interface) :
		       log_errno("%s: cannot watch", attached->interface);
}

static int open_ring(struct watch *watch)
{
	for (size_t i = 0; i < watch->set.n; i++) {
		int events = watch->set.items[i].held.maps[HELD_EVENTS];

		if (claim(&watch->set.items[i]))
			return -1;
		if (!watch->ring)
			watch->ring = ring_buffer__new(events, take_event, watch, NULL);
		else if (ring_buffer__add(watch->ring, events, take_event, watch))
			return log_errno("cannot read the events");
		if (!watch->ring)
			return log_errno("cannot read the events");
	}
	return 0;
}

static int prepare(struct watch *watch)
{
	watch->screen = isatty(STDOUT_FILENO);
	watch->began_ns = now_ns();
	watch->before = calloc(watch->set.n, sizeof(*watch->before));
	watch->now = calloc(watch->set.n, sizeof(*watch->now));
	if (!watch->before || !watch->now)
		return log_error("out of memory");
	return open_ring(watch) || read_counters(watch) ? -1 : 0;
}

/* Says what is watched no more; false if nothing is left. */
static bool look_after(struct watch *watch)
{
	bool left = false;

	for (size_t i = 0; i < watch->set.n; i++) {
		struct attached *attached = &watch->set.items[i];

		if (attached->held.state == HELD_ATTACHED && !held_is_attached(&attached->held)) {
			log_warn("%s: detached", attached->interface);
			attached->held.state = HELD_SEVERED;
		}
		left |= attached->held.state == HELD_ATTACHED;
	}
	return left;
}

/* Takes events until then; -1 after a line. */
static int poll_until(struct watch *watch, __u64 until_ns)
{
	for (__u64 now = now_ns(); now < until_ns && !stopped; now = now_ns()) {
		int n = ring_buffer__poll(watch->ring, (int)((until_ns - now) / NS_PER_MS) + 1);

		if (n < 0 && n != -EINTR) {
			errno = -n;
			return log_errno("cannot wait for events");
		}
		if (!watch->screen && fflush(stdout))
			stopped = 1;
	}
	return 0;
}

static int watch_all(struct watch *watch)
{
	__u64 tick = watch->began_ns;

	while (!stopped && look_after(watch)) {
		if (watch->screen) {
			if (read_counters(watch))
				return -1;
			draw(watch);
			if (fflush(stdout))
				return 0;
		}
		tick += NS_PER_S;
		if (poll_until(watch, tick))
			return -1;
	}
	return 0;
}

int watch_run(const struct options *options)
{
	const struct sigaction action = { .sa_handler = stop };
	struct watch watch = { 0 };
	int status = attached_open_readable(options->bpffs, &watch.set);

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (watch.set.n && prepare(&watch) == 0)
		status |= watch_all(&watch);
	else
		status = -1;
	ring_buffer__free(watch.ring);
	free(watch.before);
	free(watch.now);
	attached_close(&watch.set);
	return status;
}
