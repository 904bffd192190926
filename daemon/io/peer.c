// SPDX-License-Identifier: Apache-2.0
#include "peer.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "arena_pool.h"
#include "clock.h"
#include "log.h"
#include "serve.h"

/* What the peers of this process share. */
static struct shared {
	struct policy_store *policies;
	struct key_service *keys;
	const struct dkim_crypto *crypto;
	const struct session_limiter *limiter;
	size_t connections_max;
	const char *to_raise;
	unsigned int message_wait_s;
	pthread_mutex_t lock; /* of what follows */
	struct ledger *ledger;
	pthread_cond_t changed;
	struct arena_pool arenas;
	size_t n_connections;
	size_t n_messages;  /* under way */
	uint64_t refused_s; /* when a connection was last said to be one too many */
} shared = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* --- what is shared --------------------------------------------------------------------------- */

static bool init_condition(void)
{
	pthread_condattr_t attributes;

	return !pthread_condattr_init(&attributes) &&
	       !pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) &&
	       !pthread_cond_init(&shared.changed, &attributes);
}

bool peer_set_up(const struct peer_limits *limits, struct policy_store *policies,
		 struct ledger *ledger)
{
	shared.policies = policies;
	shared.ledger = ledger;
	shared.limiter = limits->limiter;
	shared.connections_max = limits->connections;
	shared.to_raise = limits->to_raise;
	shared.keys = limits->keys;
	shared.crypto = limits->crypto;
	shared.message_wait_s = limits->message_wait_s;
	return init_condition() && arena_pool_open(&shared.arenas, limits->messages,
						   dialog_arena_bytes(limits->message_bytes));
}

/* Of a connection that is closed; the lock is held. */
static void count_closed(enum close_reason reason)
{
	counters_count(&shared.ledger->counters.closed[reason]);
}

/* Of a connection that is one too many; the lock is held.  Says so once a second at most. */
static void refuse_connection(void)
{
	uint64_t now_s = clock_monotonic_ns() / CLOCK_SECOND_NS;

	count_closed(CLOSE_FULL);
	if (now_s == shared.refused_s)
		return;
	shared.refused_s = now_s;
	log_line("milter connection closed: %s; raise %s", close_reason_word(CLOSE_FULL).p,
		 shared.to_raise);
}

/* Counts it in if it is not one too many. */
static bool admit_connection(void)
{
	bool admitted;

	pthread_mutex_lock(&shared.lock);
	admitted = shared.n_connections < shared.connections_max;
	if (admitted) {
		counters_count(&shared.ledger->counters.connections);
		shared.n_connections++;
	} else {
		refuse_connection();
	}
	pthread_mutex_unlock(&shared.lock);
	return admitted;
}

static void dismiss_connection(enum close_reason reason)
{
	pthread_mutex_lock(&shared.lock);
	count_closed(reason);
	shared.n_connections--;
	pthread_cond_broadcast(&shared.changed);
	pthread_mutex_unlock(&shared.lock);
}

/* The lock is held.  False once the time is over. */
static bool wait_for_change(uint64_t until_ns)
{
	const struct timespec until = {
		.tv_sec = (time_t)(until_ns / CLOCK_SECOND_NS),
		.tv_nsec = (long)(until_ns % CLOCK_SECOND_NS),
	};

	return !pthread_cond_timedwait(&shared.changed, &shared.lock, &until);
}

/* Waits until there is one; NULL if that takes too long. */
static struct arena *take_arena(void)
{
	uint64_t until_ns = clock_monotonic_ns() + shared.message_wait_s * CLOCK_SECOND_NS;
	struct arena *arena;

	pthread_mutex_lock(&shared.lock);
	if (!shared.arenas.n_free)
		counters_count(&shared.ledger->counters.waits);
	while (!(arena = arena_pool_take(&shared.arenas)) && wait_for_change(until_ns))
		;
	pthread_mutex_unlock(&shared.lock);
	return arena;
}

static void give_back(struct peer *peer)
{
	if (!peer->arena)
		return;
	pthread_mutex_lock(&shared.lock);
	arena_pool_give_back(&shared.arenas, peer->arena);
	pthread_cond_broadcast(&shared.changed);
	pthread_mutex_unlock(&shared.lock);
	peer->arena = NULL;
}

/* What counts is whether a message is under way that will be judged. */
static void count_message(struct peer *peer)
{
	bool in_message = !peer->lost && session_in_message(&peer->session);

	if (in_message == peer->in_message)
		return;
	pthread_mutex_lock(&shared.lock);
	if (in_message)
		shared.n_messages++;
	else
		shared.n_messages--;
	pthread_cond_broadcast(&shared.changed);
	pthread_mutex_unlock(&shared.lock);
	peer->in_message = in_message;
}

void peer_drain(unsigned int seconds, unsigned int message_seconds)
{
	uint64_t now_ns = clock_monotonic_ns();
	uint64_t until_ns = now_ns + seconds * CLOCK_SECOND_NS;
	uint64_t message_until_ns = now_ns + message_seconds * CLOCK_SECOND_NS;

	pthread_mutex_lock(&shared.lock);
	while (shared.n_connections && wait_for_change(until_ns))
		;
	while (shared.n_messages && wait_for_change(message_until_ns))
		;
	pthread_mutex_unlock(&shared.lock);
}

static void forget_keys(struct peer *peer)
{
	for (size_t i = 0; i < peer->n_keys; i++)
		key_service_forget(peer->keys[i]);
	peer->n_keys = 0;
}

/* --- connections ------------------------------------------------------------------------------ */

struct peer *peer_open(void)
{
	struct peer *peer;

	if (!admit_connection())
		return NULL;
	peer = calloc(1, sizeof(*peer));
	if (!peer) {
		dismiss_connection(CLOSE_BROKEN);
		return NULL;
	}
	peer->policy = policy_store_take(shared.policies);
	session_init(&peer->session, policy_version_policy(peer->policy));
	session_set_limiter(&peer->session, shared.limiter);
	return peer;
}

/* libmilter does not tell an end by QUIT from others. */
void peer_close(struct peer *peer)
{
	peer->lost = true;
	session_end_message(&peer->session);
	forget_keys(peer);
	count_message(peer);
	give_back(peer);
	policy_version_give_back(peer->policy);
	free(peer);
	dismiss_connection(CLOSE_ENDED);
}

void peer_lose(struct peer *peer, enum close_reason reason)
{
	if (!peer->lost)
		log_line("milter connection: %s; its messages are deferred",
			 close_reason_word(reason).p);
	peer->lost = true;
}

static enum session_result follow(struct peer *peer, const struct milter_event *event,
				  struct session_answer *answer)
{
	enum session_result result = SESSION_CLOSE;

	if (!peer->lost)
		result = session_step(&peer->session, event, answer);
	if (!peer->lost && result == SESSION_CLOSE)
		peer_lose(peer, CLOSE_OUT_OF_ORDER);
	return result;
}

/* Asks for the keys that the message needs by now, or forgets those that it needs no more. */
static void follow_keys(struct peer *peer)
{
	const struct session *session = &peer->session;
	struct span name;
	size_t i = 0;

	if (!session_key_name(session, 0, &name))
		forget_keys(peer);
	else if (!peer->n_keys)
		for (; session_key_name(session, i, &name); i++)
			peer->keys[peer->n_keys++] = key_service_ask(
				shared.keys, name, session_dkim_care(&session->dkim, i));
}

void peer_tell(struct peer *peer, const struct milter_event *event)
{
	follow(peer, event, NULL);
	follow_keys(peer);
	count_message(peer);
	if (!peer->in_message) {
		give_back(peer);
	} else if (peer_keeps(peer) && dialog_over_limit(peer->arena, peer->arena->low)) {
		session_over_limit(&peer->session);
		arena_reset(peer->arena);
	}
}

/* --- messages --------------------------------------------------------------------------------- */

void peer_begin_content(struct peer *peer)
{
	struct session *session = &peer->session;

	if (peer->lost || peer->arena || session->turned_away || !session_has_recipient(session))
		return;
	peer->arena = take_arena();
	if (peer->arena) {
		session_begin_message(session, peer->arena);
		session_set_dkim(session, shared.crypto, clock_unix_s());
	} else {
		session_turn_away(session);
	}
}

void peer_check_size(struct peer *peer, size_t len)
{
	if (!session_has_recipient(&peer->session) &&
	    MILTER_LENGTH_BYTES + 1 + len > DIALOG_BUFFER_BYTES)
		peer_lose(peer, CLOSE_TOO_LARGE);
}

bool peer_keeps(const struct peer *peer)
{
	return !peer->lost && peer->arena && !peer->session.over_limit;
}

void peer_keep_command(struct peer *peer)
{
	arena_set_low(peer->arena, peer->arena->low + 1);
}

struct span peer_keep_string(struct peer *peer, const char *string)
{
	struct arena *arena = peer->arena;
	size_t len = strlen(string);
	char *kept = arena->base + arena->low;

	memcpy(kept, string, len + 1);
	arena_set_low(arena, arena->low + len + 1);
	return span_of(kept, len);
}

/* The answer, or NULL if there is none in time. */
static const struct dns_answer *wait_for_key(struct key_question *question, uint64_t until_ns,
					     void (*progress)(void *mta), void *mta)
{
	const uint64_t interval_ns = serve_progress_ns(shared.message_wait_s);
	const struct dns_answer *answer;
	uint64_t next_ns = clock_monotonic_ns();

	if (!question)
		return NULL;
	while (true) {
		next_ns += interval_ns;
		answer = key_service_wait(question, next_ns < until_ns ? next_ns : until_ns);
		if (answer || next_ns >= until_ns)
			return answer;
		progress(mta);
	}
}

static enum session_result wait_for_keys(struct peer *peer, void (*progress)(void *mta), void *mta,
					 struct session_answer *answer)
{
	uint64_t until_ns = clock_monotonic_ns() + shared.message_wait_s * CLOCK_SECOND_NS;
	const struct dns_answer none = { .status = DNS_FAILED };
	enum session_result result = SESSION_WAIT;

	for (size_t i = 0; i < peer->n_keys && result != SESSION_ANSWER; i++) {
		const struct dns_answer *found =
			wait_for_key(peer->keys[i], until_ns, progress, mta);

		result = session_key(&peer->session, i, found ? found : &none, answer);
	}
	return result;
}

void peer_judge(struct peer *peer, void (*progress)(void *mta), void *mta,
		struct session_answer *answer)
{
	const struct milter_event end = { .type = MILTER_END_OF_MESSAGE };
	enum session_result result = follow(peer, &end, answer);

	follow_keys(peer);
	if (result == SESSION_WAIT)
		result = wait_for_keys(peer, progress, mta, answer);
	if (result == SESSION_ANSWER)
		return;
	*answer = (struct session_answer){
		.policy = peer->session.policy,
		.client = peer->session.client,
	};
	session_defer(answer, REASON_TEMPERROR);
}

void peer_end_message(struct peer *peer, const struct session_answer *answer)
{
	pthread_mutex_lock(&shared.lock);
	ledger_note(shared.ledger, answer, clock_monotonic_ns());
	pthread_mutex_unlock(&shared.lock);
	session_end_message(&peer->session);
	forget_keys(peer);
	count_message(peer);
	give_back(peer);
}
