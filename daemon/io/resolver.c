// SPDX-License-Identifier: Apache-2.0
#include "resolver.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/time.h>

#include "clock.h"
#include "lookup_cache.h"

/* How often all servers are asked; c-ares waits twice as long each time. */
#define ROUNDS		  3
#define ROUNDS_TIME	  7    /* 1 + 2 + 4 */
#define SERVER_TIMEOUT_MS 100u /* at least, for a round trip */

/* What fits a datagram that no network fragments (dnsflagday.net/2020); larger ones come by TCP. */
#define UDP_BYTES 1232

struct resolver {
	ares_channel channel;
	struct resolver_watch watch;
	struct lookup_cache cache;
	struct counters *counters;
	struct alarm_log alarms;
	size_t n_asked; /* of c-ares, and not answered */
	bool closing;
};

/* What c-ares gives back with an answer. */
struct question {
	struct resolver *resolver;
	struct lookup *lookup;
};

/* --- opening ---------------------------------------------------------------------------------- */

static void on_socket(void *data, ares_socket_t fd, int readable, int writable)
{
	const struct resolver *r = data;

	r->watch.set(r->watch.owner, fd,
		     (short)((readable ? POLLIN : 0) | (writable ? POLLOUT : 0)));
}

static int count_servers(ares_channel channel)
{
	struct ares_addr_port_node *servers = NULL;
	int n = 0;

	if (ares_get_servers_ports(channel, &servers) == ARES_SUCCESS)
		for (const struct ares_addr_port_node *s = servers; s; s = s->next)
			n++;
	ares_free_data(servers);
	return n ? n : 1;
}

static int open_channel(struct resolver *r, int server_timeout_ms)
{
	struct ares_options options = {
		.flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
		.ednspsz = UDP_BYTES,
		.timeout = server_timeout_ms,
		.tries = ROUNDS,
		.sock_state_cb = on_socket,
		.sock_state_cb_data = r,
	};

	return ares_init_options(&r->channel, &options,
				 ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS |
					 ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB |
					 ARES_OPT_NOROTATE);
}

static int set_servers(struct resolver *r, const char *servers)
{
	return servers ? ares_set_servers_ports_csv(r->channel, servers) : ARES_SUCCESS;
}

/* How many servers there are is known only to an open channel, and sets the time for each. */
static int open_servers(struct resolver *r, const struct resolver_options *options)
{
	int status = open_channel(r, SERVER_TIMEOUT_MS);
	uint32_t each_ms;

	if (status != ARES_SUCCESS)
		return status;
	status = set_servers(r, options->servers);
	each_ms = options->timeout_ms / (uint32_t)(ROUNDS_TIME * count_servers(r->channel));
	ares_destroy(r->channel);
	r->channel = NULL;
	if (status != ARES_SUCCESS)
		return status;
	status = open_channel(r, (int)(each_ms < SERVER_TIMEOUT_MS ? SERVER_TIMEOUT_MS : each_ms));
	return status == ARES_SUCCESS ? set_servers(r, options->servers) : status;
}

static size_t questions_of(size_t messages)
{
	return messages < RESOLVER_QUESTIONS_MAX / DKIM_SIGNATURES_MAX ?
		       messages * DKIM_SIGNATURES_MAX :
		       RESOLVER_QUESTIONS_MAX;
}

struct resolver *resolver_open(const struct resolver_options *options, FILE *errors)
{
	struct resolver *r = calloc(1, sizeof(*r));
	int status = ARES_ENOMEM;

	if (r && lookup_cache_open(&r->cache, options->answers_max,
				   questions_of(options->messages_max))) {
		r->watch = options->watch;
		r->counters = options->counters;
		status = open_servers(r, options);
	}
	if (status == ARES_SUCCESS)
		return r;
	fprintf(errors, "exogated: cannot ask DNS servers%s%s: %s\n", options->servers ? " " : "",
		options->servers ? options->servers : "", ares_strerror(status));
	if (r)
		resolver_close(r);
	return NULL;
}

void resolver_close(struct resolver *r)
{
	r->closing = true;
	if (r->channel)
		ares_destroy(r->channel);
	lookup_cache_close(&r->cache);
	free(r);
}

/* --- asking ----------------------------------------------------------------------------------- */

void resolver_forget(struct resolver_waiter *waiter)
{
	if (!waiter->link)
		return;
	*waiter->link = waiter->next;
	if (waiter->next)
		waiter->next->link = waiter->link;
	waiter->link = NULL;
}

static void wait_for(struct lookup *lookup, struct resolver_waiter *waiter)
{
	waiter->next = lookup->waiters;
	waiter->link = &lookup->waiters;
	if (waiter->next)
		waiter->next->link = &waiter->next;
	lookup->waiters = waiter;
}

/* A waiter may ask again, or have others forgotten: the list is looked at anew for each. */
static void tell_waiters(struct lookup *lookup)
{
	lookup->in_use = true;
	while (lookup->waiters) {
		struct resolver_waiter *waiter = lookup->waiters;

		resolver_forget(waiter);
		waiter->told(waiter, &lookup->answer);
	}
	lookup->in_use = false;
}

static void on_answer(void *arg, int status, int n_timeouts, unsigned char *message, int len)
{
	struct question *question = arg;
	struct lookup *lookup = question->lookup;
	struct resolver *r = question->resolver;
	char texts[LOOKUP_TEXT_BYTES];
	struct outbuf out = outbuf_over(texts, sizeof(texts));
	struct dns_answer answer = { .status = DNS_FAILED };

	(void)status;
	(void)n_timeouts;
	free(question);
	if (r->closing)
		return;
	r->n_asked--;
	if (message)
		dns_message_read(span_of((const char *)message, (size_t)len),
				 span_of(lookup->name, lookup->name_len), &out, &answer);
	lookup_cache_settle(&r->cache, lookup, &answer, clock_monotonic_ns());
	tell_waiters(lookup);
}

/* c-ares may answer at once. */
static void ask_servers(struct resolver *r, struct lookup *lookup)
{
	struct question *question = malloc(sizeof(*question));
	const struct dns_answer failed = { .status = DNS_FAILED };

	if (!question) {
		lookup_cache_settle(&r->cache, lookup, &failed, clock_monotonic_ns());
		return;
	}
	*question = (struct question){ r, lookup };
	r->n_asked++;
	ares_query(r->channel, lookup->name, ns_c_in, ns_t_txt, on_answer, question);
}

static void raise_alarm(struct resolver *r, enum alarm alarm, const char *about)
{
	if (!r->counters)
		return;
	counters_count(&r->counters->alarms[alarm]);
	alarm_say(&r->alarms, alarm, about, clock_monotonic_ns());
}

/* NULL if there is no room. */
static struct lookup *add_question(struct resolver *r, struct span name, enum dkim_care care)
{
	static const size_t quarters[DKIM_CARE_N] = {
		[DKIM_CARE_NOBODY] = 1,
		[DKIM_CARE_AUTHOR] = 2,
		[DKIM_CARE_TENANT] = 4,
	};
	const size_t room = r->cache.questions_max * quarters[care] / 4;
	struct lookup *lookup = lookup_cache_add(&r->cache, name, room);
	char about[DNS_NAME_MAX + 1];

	if (!lookup) {
		snprintf(about, sizeof(about), "%.*s", (int)name.len, name.p);
		raise_alarm(r, ALARM_DNS_FULL, about);
	}
	return lookup;
}

const struct dns_answer *resolver_ask(struct resolver *r, struct span name, enum dkim_care care,
				      struct resolver_waiter *waiter)
{
	static const struct dns_answer too_many = { .status = DNS_FAILED };
	static const struct dns_answer unreadable = { .status = DNS_UNREADABLE };
	char text[DNS_NAME_MAX];
	struct lookup *lookup;

	if (name.len > sizeof(text))
		return &unreadable;
	span_copy_lower(name, text);
	name.p = text;
	lookup = lookup_cache_find(&r->cache, name, clock_monotonic_ns());
	if (!lookup) {
		lookup = add_question(r, name, care);
		if (!lookup)
			return &too_many;
		ask_servers(r, lookup);
	}
	if (lookup->settled)
		return &lookup->answer;
	wait_for(lookup, waiter);
	return NULL;
}

/* --- going on --------------------------------------------------------------------------------- */

void resolver_ready(struct resolver *r, int fd, short events)
{
	const short failed = POLLERR | POLLHUP | POLLNVAL;

	ares_process_fd(r->channel, events & (POLLIN | failed) ? fd : ARES_SOCKET_BAD,
			events & (POLLOUT | failed) ? fd : ARES_SOCKET_BAD);
}

/* Rounded up: at the time that c-ares rounds down it finds that it is not over, again and again. */
uint64_t resolver_due_ns(struct resolver *r)
{
	struct timeval left;

	if (!r->n_asked || !ares_timeout(r->channel, NULL, &left))
		return RESOLVER_NEVER_NS;
	return clock_monotonic_ns() + (uint64_t)left.tv_sec * CLOCK_SECOND_NS +
	       ((uint64_t)left.tv_usec + 1000) * 1000;
}

void resolver_work(struct resolver *r)
{
	ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}
