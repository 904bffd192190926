// SPDX-License-Identifier: Apache-2.0
#include "resolver.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/time.h>

#include "clock.h"
#include "lookup_cache.h"
#include "resolver_host.h"

/*
 * How often all servers are asked, if there is time for it; c-ares waits twice as long each time.
 * None is given less than it takes to go round the world.
 */
#define ROUNDS_MAX	  3
#define SERVER_TIMEOUT_MS 100u

/* How often the host's servers are looked at. */
#define HOST_LOOK_NS CLOCK_SECOND_NS

/*
 * c-ares ends no single query: those of questions that had to make room stay with it.  If there
 * are so many queries for each place for a question, the channel is renewed; as that cannot be
 * done while it calls us, there may be some more, but no more than the latter.
 */
#define QUERIES_RENEW 2
#define QUERIES_MAX   3

/* What fits a datagram that no network fragments (dnsflagday.net/2020); larger ones come by TCP. */
#define UDP_BYTES 1232

struct resolver {
	ares_channel channel;
	const char *servers;	   /* NULL: the host's */
	struct resolver_host host; /* that are asked; zeroed: c-ares's default */
	uint64_t looked_ns;	   /* when they were last looked at */
	uint32_t timeout_ms;
	struct resolver_watch watch;
	struct lookup_cache cache;
	struct counters *counters;
	struct alarm_log alarms;
	size_t n_asked;	 /* of c-ares, and not answered */
	bool in_channel; /* c-ares has called us: its channel has to stay */
	bool closing;
};

/* What c-ares gives back with an answer. */
struct resolver_query {
	struct resolver *resolver;
	struct lookup *lookup; /* NULL: it was not waited for any longer */
};

/* --- opening ---------------------------------------------------------------------------------- */

static void on_socket(void *data, ares_socket_t fd, int readable, int writable)
{
	const struct resolver *r = data;

	r->watch.set(r->watch.owner, fd,
		     (short)((readable ? POLLIN : 0) | (writable ? POLLOUT : 0)));
}

/* As many as there are, but no more than SETTINGS_NAME_SERVERS_MAX: the others are cut off. */
static int limit_servers(ares_channel channel, uint32_t *n)
{
	struct ares_addr_port_node *servers = NULL, *last, *rest;
	int status = ares_get_servers_ports(channel, &servers);

	*n = 1;
	for (last = servers; last && last->next && *n < SETTINGS_NAME_SERVERS_MAX; ++*n)
		last = last->next;
	rest = last ? last->next : NULL;
	if (rest) {
		last->next = NULL;
		status = ares_set_servers_ports(channel, servers);
		last->next = rest;
	}
	ares_free_data(servers);
	return status;
}

/* NULL: c-ares's default. */
static const char *servers_of(const struct resolver *r)
{
	if (r->servers)
		return r->servers;
	return *r->host.servers ? r->host.servers : NULL;
}

static int open_channel(struct resolver *r, int rounds, uint32_t server_timeout_ms, uint32_t *n)
{
	struct ares_options options = {
		.flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
		.ednspsz = UDP_BYTES,
		.timeout = (int)server_timeout_ms,
		.tries = rounds,
		.sock_state_cb = on_socket,
		.sock_state_cb_data = r,
	};
	int status = ares_init_options(&r->channel, &options,
				       ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS |
					       ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB |
					       ARES_OPT_NOROTATE);

	if (status == ARES_SUCCESS && servers_of(r))
		status = ares_set_servers_ports_csv(r->channel, servers_of(r));
	return status == ARES_SUCCESS ? limit_servers(r->channel, n) : status;
}

static void close_channel(struct resolver *r)
{
	if (r->channel)
		ares_destroy(r->channel);
	r->channel = NULL;
}

/* For each of so many servers, if all are asked so often. */
static uint32_t server_timeout_ms(const struct resolver *r, int rounds, uint32_t n_servers)
{
	return r->timeout_ms / (((1u << rounds) - 1) * n_servers);
}

/* How many servers there are is known only to an open channel, and sets the time for each. */
static int open_servers(struct resolver *r)
{
	int rounds = ROUNDS_MAX, status;
	uint32_t n, each_ms;

	status = open_channel(r, rounds, SERVER_TIMEOUT_MS, &n);
	close_channel(r);
	if (status != ARES_SUCCESS)
		return status;
	while (rounds > 1 && server_timeout_ms(r, rounds, n) < SERVER_TIMEOUT_MS)
		rounds--;
	each_ms = server_timeout_ms(r, rounds, n);
	return open_channel(r, rounds, each_ms < SERVER_TIMEOUT_MS ? SERVER_TIMEOUT_MS : each_ms,
			    &n);
}

/* With the old channel on_answer() is told that it ends, and asks the new one. */
static bool renew_channel(struct resolver *r)
{
	ares_channel old = r->channel;

	r->channel = NULL;
	if (open_servers(r) == ARES_SUCCESS) {
		ares_destroy(old);
		return true;
	}
	close_channel(r);
	r->channel = old;
	return false;
}

/* What cannot be read, or not be used, is looked at again; until then those before are asked. */
static void change_servers(struct resolver *r)
{
	const struct resolver_host before = r->host;

	if (resolver_host_look(&before, &r->host) && !renew_channel(r))
		r->host = before;
}

static void look_at_servers(struct resolver *r)
{
	const uint64_t now_ns = clock_monotonic_ns();

	if (r->servers || r->in_channel || now_ns - r->looked_ns < HOST_LOOK_NS)
		return;
	r->looked_ns = now_ns;
	change_servers(r);
}

static void end_surplus_queries(struct resolver *r)
{
	if (!r->in_channel && r->n_asked >= QUERIES_RENEW * r->cache.questions_max)
		renew_channel(r);
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
		r->servers = options->servers;
		r->timeout_ms = options->timeout_ms;
		if (!r->servers)
			resolver_host_look(&(struct resolver_host){ 0 }, &r->host);
		status = open_servers(r);
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
	close_channel(r);
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
	if (!waiter->lookup->settled && !waiter->lookup->waiters)
		lookup_cache_abandon(&waiter->lookup->query->resolver->cache, waiter->lookup);
}

static void wait_for(struct lookup *lookup, struct resolver_waiter *waiter)
{
	waiter->next = lookup->waiters;
	waiter->link = &lookup->waiters;
	waiter->lookup = lookup;
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

static void raise_alarm(struct resolver *r, enum alarm alarm, const char *about)
{
	if (!r->counters)
		return;
	counters_count(&r->counters->alarms[alarm]);
	alarm_say(&r->alarms, alarm, about, clock_monotonic_ns());
}

/* Others' servers may fail as they like; what a tenant's mail waits for the operator is told. */
static void note(struct resolver *r, const struct lookup *lookup, enum dns_status status,
		 const char *why)
{
	char about[640];

	if (r->counters)
		counters_count(&r->counters->dns[status]);
	if (status != DNS_FAILED || lookup->care != DKIM_CARE_TENANT)
		return;
	snprintf(about, sizeof(about), "%s, asked of %s: %s", lookup->name,
		 r->servers ? r->servers : RESOLVER_HOST_FILE, why);
	raise_alarm(r, ALARM_NAME_SERVER, about);
}

static void settle(struct resolver *r, struct lookup *lookup, const struct dns_answer *answer,
		   const char *why)
{
	note(r, lookup, answer->status, why);
	if (lookup->query)
		lookup->query->lookup = NULL;
	lookup->query = NULL;
	lookup_cache_settle(&r->cache, lookup, answer, clock_monotonic_ns());
	tell_waiters(lookup);
}

/* Why nothing is known. */
static const char *why_of(int status)
{
	if (status == ARES_SUCCESS || status == ARES_ENODATA)
		return "a referral, or an alias that was not followed";
	return ares_strerror(status);
}

static void on_answer(void *arg, int status, int n_timeouts, unsigned char *message, int len)
{
	struct resolver_query *query = arg;
	struct lookup *lookup = query->lookup;
	struct resolver *r = query->resolver;
	char texts[LOOKUP_TEXT_BYTES];
	struct outbuf out = outbuf_over(texts, sizeof(texts));
	struct dns_answer answer = { .status = DNS_FAILED };
	bool in_channel = r->in_channel;

	(void)n_timeouts;
	if (status == ARES_EDESTRUCTION && !r->closing && lookup) {
		ares_query(r->channel, lookup->name, ns_c_in, ns_t_txt, on_answer, query);
		return;
	}
	if (!r->closing)
		r->n_asked--;
	if (!r->closing && lookup) {
		if (message)
			dns_message_read(span_of((const char *)message, (size_t)len),
					 span_of(lookup->name, lookup->name_len), &out, &answer);
		r->in_channel = true;
		settle(r, lookup, &answer, why_of(status));
		r->in_channel = in_channel;
	}
	free(query);
}

static uint64_t end_of_wait_ns(const struct resolver *r)
{
	return clock_monotonic_ns() + r->timeout_ms * (CLOCK_SECOND_NS / 1000);
}

/* c-ares may answer at once. */
static void ask_servers(struct resolver *r, struct lookup *lookup)
{
	struct resolver_query *query = malloc(sizeof(*query));
	const struct dns_answer failed = { .status = DNS_FAILED };

	lookup->expires_ns = end_of_wait_ns(r);
	if (!query) {
		settle(r, lookup, &failed, "not enough memory");
		return;
	}
	*query = (struct resolver_query){ r, lookup };
	lookup->query = query;
	r->n_asked++;
	ares_query(r->channel, lookup->name, ns_c_in, ns_t_txt, on_answer, query);
}

static size_t room_for(const struct resolver *r, enum dkim_care care)
{
	static const size_t quarters[DKIM_CARE_N] = {
		[DKIM_CARE_NOBODY] = 1,
		[DKIM_CARE_AUTHOR] = 2,
		[DKIM_CARE_TENANT] = 4,
	};

	return r->cache.questions_max * quarters[care] / 4;
}

/* NULL if there is no room. */
static struct lookup *ask_anew(struct resolver *r, struct span name, enum dkim_care care)
{
	const size_t room = room_for(r, care);
	struct lookup *surplus = lookup_cache_surplus(&r->cache, room), *lookup;

	if (r->n_asked >= QUERIES_MAX * r->cache.questions_max)
		return NULL;
	if (surplus) {
		surplus->query->lookup = NULL;
		lookup_cache_drop(&r->cache, surplus);
	}
	lookup = lookup_cache_add(&r->cache, name, room);
	if (!lookup)
		return NULL;
	lookup->care = care;
	ask_servers(r, lookup);
	return lookup;
}

/* One that is asked already, though nobody waited.  NULL if there is no room. */
static struct lookup *resume(struct resolver *r, struct lookup *lookup, enum dkim_care care)
{
	if (!lookup_cache_resume(&r->cache, lookup, room_for(r, care)))
		return NULL;
	lookup->expires_ns = end_of_wait_ns(r);
	return lookup;
}

static const struct dns_answer *turn_away(struct resolver *r, struct span name)
{
	static const struct dns_answer too_many = { .status = DNS_FAILED };
	char about[DNS_NAME_MAX + 1];

	snprintf(about, sizeof(about), "%.*s", (int)name.len, name.p);
	raise_alarm(r, ALARM_DNS_FULL, about);
	return &too_many;
}

/* The channel is renewed first: that may tell waiters, who ask. */
static struct lookup *find_or_ask(struct resolver *r, struct span name, enum dkim_care care)
{
	struct lookup *lookup;

	look_at_servers(r);
	end_surplus_queries(r);
	lookup = lookup_cache_find(&r->cache, name, clock_monotonic_ns());
	if (!lookup)
		lookup = ask_anew(r, name, care);
	return lookup && lookup->abandoned ? resume(r, lookup, care) : lookup;
}

const struct dns_answer *resolver_ask(struct resolver *r, struct span name, enum dkim_care care,
				      struct resolver_waiter *waiter)
{
	static const struct dns_answer unreadable = { .status = DNS_UNREADABLE };
	char text[DNS_NAME_MAX];
	struct lookup *lookup;

	if (name.len > sizeof(text))
		return &unreadable;
	span_copy_lower(name, text);
	name.p = text;
	lookup = find_or_ask(r, name, care);
	if (!lookup)
		return turn_away(r, name);
	if (lookup->care < care)
		lookup->care = care;
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
	const struct lookup *oldest = r->cache.questions.oldest;
	uint64_t due_ns = oldest ? oldest->expires_ns : RESOLVER_NEVER_NS, servers_ns;
	struct timeval left;

	if (!r->n_asked || !ares_timeout(r->channel, NULL, &left))
		return due_ns;
	servers_ns = clock_monotonic_ns() + (uint64_t)left.tv_sec * CLOCK_SECOND_NS +
		     ((uint64_t)left.tv_usec + 1000) * 1000;
	return servers_ns < due_ns ? servers_ns : due_ns;
}

/*
 * The time is the same for all, so that the oldest is the first whose time is over.  Those that
 * nobody waits for end when c-ares ends them.
 */
static void give_up(struct resolver *r)
{
	const struct dns_answer failed = { .status = DNS_FAILED };
	const uint64_t now_ns = clock_monotonic_ns();
	struct lookup *oldest;

	while ((oldest = r->cache.questions.oldest) && oldest->expires_ns <= now_ns)
		settle(r, oldest, &failed, "no answer in time");
}

void resolver_work(struct resolver *r)
{
	if (r->cache.n_questions)
		look_at_servers(r);
	ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	give_up(r);
}
