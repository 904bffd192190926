/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolver - asks DNS for TXT records, and remembers what it was told.
 *
 * c-ares speaks to the servers; the sockets are watched, and the time is kept, by whoever owns the
 * resolver: a worker by its ring, others by poll(2) (resolver_poll.h).  Whoever asks what has been
 * asked already waits for the same answer, and what is known is not asked again (lookup_cache.h).
 *
 * Questions that wait are bounded.  Others' may take a quarter of the room, those of authors half
 * of it, and those of tenants all: whoever sends mail with signatures of a domain whose servers
 * are silent delays no tenant's.  A question that nobody waits for any longer takes no place from
 * another.  Authors share their half: forwarded mail of the others is deferred while the messages
 * that wait for one's silent servers are half of all that there may be at once, or fewer if these
 * are more than RESOLVER_QUESTIONS_MAX is enough for.
 *
 * The host's servers are read anew when /etc/resolv.conf has changed, and questions that wait are
 * asked again of those.  If it cannot be read or names none, those before are asked until it does.
 *
 * An answer comes within resolver_options.timeout_ms: servers that are silent for so long have
 * failed.  One thread.
 */
#ifndef EXOGATE_RESOLVER_H
#define EXOGATE_RESOLVER_H

#include <stdio.h>

#include "counters.h"
#include "dkim_options.h"
#include "dns_message.h"
#include "settings.h"

/*
 * Questions without an answer: as many as its messages have signatures that are tried, but no more
 * than this.  One takes about 2 KiB, also of c-ares, which asks on for those that had to make room
 * until its channel is renewed, and all others are asked anew: at most three for each place, of
 * the 65536 that a channel can tell apart.
 */
#define RESOLVER_QUESTIONS_MAX 16384

struct resolver;

/* One who waits for an answer.  Zeroed: waits for none. */
struct resolver_waiter {
	struct resolver_waiter *next;
	struct resolver_waiter **link; /* what points to it; NULL: waits for none */
	struct lookup *lookup;	       /* that it waits for */
	/* Waits no more when it is told.  The answer is valid until this returns. */
	void (*told)(struct resolver_waiter *waiter, const struct dns_answer *answer);
};

/* How the owner watches. */
struct resolver_watch {
	/* From now on: events of poll(2) on fd, POLLIN or POLLOUT or both; 0: none, it is closed */
	void (*set)(void *owner, int fd, short events);
	void *owner;
};

struct resolver_options {
	/*
	 * "ADDR", "ADDR:PORT" or "[ADDR]:PORT", with commas; NULL: those of /etc/resolv.conf.  Of
	 * either the first SETTINGS_NAME_SERVERS_MAX.  Outlives the resolver.
	 */
	const char *servers;
	uint32_t timeout_ms;
	size_t answers_max;	   /* that are remembered */
	size_t messages_max;	   /* whose signatures are asked for at once */
	struct counters *counters; /* of which it writes its own; NULL: nobody counts */
	struct resolver_watch watch;
};

/* Sockets watched at once: a UDP and a TCP one for each server, of new ones beside the old. */
#define RESOLVER_SOCKETS_MAX ((size_t)4 * SETTINGS_NAME_SERVERS_MAX)

/* Later than any time: resolver_due_ns() when nothing is under way. */
#define RESOLVER_NEVER_NS UINT64_MAX

/* NULL after one line on errors. */
struct resolver *resolver_open(const struct resolver_options *options, FILE *errors);

/* Nobody is told any more; sockets end with resolver_watch.set() as ever. */
void resolver_close(struct resolver *resolver);

/*
 * Asks for the TXT records of a name: domain name text (domain.h) without the last dot.  Returns
 * the answer if it is known, valid until the next call of this module, and the waiter is not
 * touched; DNS_FAILED, too, if there is no room to wait for one.  Otherwise NULL, and the waiter,
 * whose `told` is set, waits for the answer, unless it is forgotten before.
 */
const struct dns_answer *resolver_ask(struct resolver *resolver, struct span name,
				      enum dkim_care care, struct resolver_waiter *waiter);

/* It waits no more.  Does nothing if it does not wait. */
void resolver_forget(struct resolver_waiter *waiter);

/* To be called with the events that were seen on a socket that is watched. */
void resolver_ready(struct resolver *resolver, int fd, short events);

/* The time of the monotonic clock at which resolver_work() is to be called again. */
uint64_t resolver_due_ns(struct resolver *resolver);

/* Gives up waiting for servers, and asks the next, whose time is over. */
void resolver_work(struct resolver *resolver);

#endif
