// SPDX-License-Identifier: Apache-2.0
#include "conversation.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "conversation_keys.h"
#include "deadline.h"
#include "file_limit.h"
#include "log.h"

static void advance(struct worker *worker, struct connection *c);

/* --- operations ------------------------------------------------------------------------------- */

static struct ring_tag tag_of(const struct worker *worker, const struct connection *c,
			      enum worker_operation op)
{
	return (struct ring_tag){
		.kind = (uint8_t)op,
		.slot = connection_slot(&worker->connections, c),
		.generation = c->generation,
	};
}

static void submit_receive(struct worker *worker, struct connection *c)
{
	size_t len;
	char *p;

	dialog_room(c->dialog, &p, &len);
	ring_receive(&worker->ring, tag_of(worker, c, OP_RECEIVE), c->fd, p, len);
}

static void submit_send(struct worker *worker, struct connection *c)
{
	struct span rest = span_after(dialog_output(c->dialog), c->sent);

	ring_send(&worker->ring, tag_of(worker, c, OP_SEND), c->fd, rest);
}

/* --- time ------------------------------------------------------------------------------------- */

/* Its timer is not moved: when it is due, the silence is looked at. */
static void note_activity(struct connection *c)
{
	c->active_ns = clock_monotonic_ns();
}

/* --- the end ---------------------------------------------------------------------------------- */

static void say_closed(struct worker *worker, enum close_reason reason, const char *detail)
{
	if (reason == CLOSE_QUIT || reason == CLOSE_ENDED || reason == CLOSE_STOPPED)
		return;
	if (worker->n_closed[reason]++ < WORKER_CLOSE_LINES)
		log_line("milter connection closed: %s%s", close_reason_word(reason).p, detail);
}

static void say_full(struct worker *worker)
{
	const struct crew *crew = worker->crew;
	char detail[64];

	snprintf(detail, sizeof(detail), "; raise %s",
		 file_limit_to_raise(crew->connections, crew->settings->connections));
	say_closed(worker, CLOSE_FULL, detail);
}

static void say_closed_more(struct worker *worker)
{
	for (int i = 0; i < CLOSE_N_REASONS; i++) {
		if (worker->n_closed[i] > WORKER_CLOSE_LINES)
			log_line("milter connections closed: %zu more: %s",
				 worker->n_closed[i] - WORKER_CLOSE_LINES,
				 close_reason_word((enum close_reason)i).p);
		worker->n_closed[i] = 0;
	}
}

/* An arena that the connection has had for its message; NULL does nothing. */
static void give_back(struct worker *worker, struct connection *c, struct arena *arena)
{
	if (!arena)
		return;
	conversation_keys_end(c);
	arena_pool_give_back(&worker->arenas, arena);
}

/* Call only while none of its operations is in flight. */
static void end(struct worker *worker, struct connection *c, enum close_reason reason)
{
	counters_count(&worker->counters->closed[reason]);
	give_back(worker, c, dialog_abandon(c->dialog));
	timer_cancel(&c->timer);
	policy_version_give_back(c->policy);
	connection_release(&worker->connections, c);
	atomic_fetch_sub_explicit(&worker->crew->n_open, 1, memory_order_relaxed);
}

/* The peer ended the connection, or we hung up, or it broke. */
static void end_with_result(struct worker *worker, struct connection *c, int result)
{
	enum close_reason reason = c->in_message ? CLOSE_ENDED_IN_MESSAGE : CLOSE_ENDED;
	char detail[64] = "";

	if (c->hung_up) {
		reason = c->hang_up_reason;
	} else if (result < 0) {
		reason = CLOSE_BROKEN;
		snprintf(detail, sizeof(detail), ": %s", strerror(-result));
	}
	say_closed(worker, reason, detail);
	end(worker, c, reason);
}

/* Its operation in flight then ends, and closes it. */
static void hang_up(struct connection *c, enum close_reason reason)
{
	c->hung_up = true;
	c->hang_up_reason = reason;
	shutdown(c->fd, SHUT_RDWR);
}

/* --- arenas ----------------------------------------------------------------------------------- */

static void enter_queue(struct worker *worker, struct connection *c)
{
	counters_count(&worker->counters->waits);
	c->next = NULL;
	*worker->waiting_end = c;
	worker->waiting_end = &c->next;
}

static void leave_queue(struct worker *worker, struct connection *c)
{
	struct connection **link = &worker->waiting;

	while (*link != c)
		link = &(*link)->next;
	*link = c->next;
	if (!c->next)
		worker->waiting_end = link;
}

static void start_waiting(struct worker *worker, struct connection *c, enum connection_waits what)
{
	c->waits = what;
	c->wait_ns = c->progress_ns = clock_monotonic_ns();
	if (what == CONNECTION_WAITS_FOR_ARENA)
		enter_queue(worker, c);
	deadline_set(worker, c);
	ring_watch_end(&worker->ring, tag_of(worker, c, OP_WATCH_END), c->fd);
}

static void stop_waiting(struct worker *worker, struct connection *c)
{
	if (c->waits == CONNECTION_WAITS_FOR_ARENA)
		leave_queue(worker, c);
	c->waits = CONNECTION_WAITS_NOT;
	c->heard_ns = clock_monotonic_ns(); /* until now it was not the one to speak */
	deadline_set(worker, c);
}

static void lend_now(struct worker *worker, struct connection *c, struct arena *arena)
{
	c->lent_ns = clock_monotonic_ns();
	dialog_lend(c->dialog, arena);
	conversation_keys_begin(worker, c, arena);
}

static bool lend(struct worker *worker, struct connection *c)
{
	struct arena *arena = c->dialog->arena;

	if (!arena && !worker->waiting)
		arena = arena_pool_take(&worker->arenas);
	if (!arena) {
		start_waiting(worker, c, CONNECTION_WAITS_FOR_ARENA);
		return false;
	}
	lend_now(worker, c, arena);
	return true;
}

/* What comes of it is done once the watch has ended: a connection has one operation in flight. */
static void end_watch(struct worker *worker, struct connection *c)
{
	stop_waiting(worker, c);
	ring_cancel(&worker->ring, (struct ring_tag){ .kind = OP_CANCEL },
		    tag_of(worker, c, OP_WATCH_END));
}

void conversation_resume(struct worker *worker)
{
	while (worker->waiting && worker->arenas.n_free) {
		struct connection *c = worker->waiting;

		c->reserved = arena_pool_take(&worker->arenas);
		end_watch(worker, c);
	}
}

static void turn_away(struct connection *c)
{
	c->given_up = false;
	c->lent_ns = clock_monotonic_ns();
	dialog_turn_away(c->dialog);
}

/*
 * Not an operation of the ring, which has one in flight for it: a few bytes a few times a minute.
 * Without room for them the peer has others to read.
 */
static void send_progress(struct connection *c, uint64_t now_ns)
{
	struct span progress = dialog_progress(c->dialog);
	ssize_t sent = 0;

	c->progress_ns = now_ns;
	if (progress.len)
		sent = send(c->fd, progress.p, progress.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent > 0 && (size_t)sent < progress.len)
		hang_up(c, CLOSE_BROKEN); /* what follows would be taken for the rest */
}

void conversation_told(struct worker *worker, struct connection *c)
{
	if (c->waits != CONNECTION_WAITS_FOR_KEYS || c->dialog->waiting)
		return;
	c->keys_known = true;
	end_watch(worker, c);
}

static void give_up(struct worker *worker, struct connection *c)
{
	if (c->waits == CONNECTION_WAITS_FOR_KEYS) {
		conversation_keys_give_up(c);
		conversation_told(worker, c);
		return;
	}
	c->given_up = true;
	end_watch(worker, c);
}

static void go_on_waiting(struct worker *worker, struct connection *c, uint64_t now_ns)
{
	if (deadline_wait_is_over(worker, c, now_ns)) {
		give_up(worker, c);
		return;
	}
	if (deadline_progress_is_due(worker, c, now_ns))
		send_progress(c, now_ns);
	deadline_set(worker, c);
}

void conversation_watched(struct worker *worker, struct connection *c)
{
	struct arena *arena = c->reserved;

	c->reserved = NULL;
	if (c->waits)
		stop_waiting(worker, c);
	if ((!arena && !c->given_up && !c->keys_known) || c->hung_up) {
		give_back(worker, c, arena);
		end_with_result(worker, c, 0);
		return;
	}
	if (arena)
		lend_now(worker, c, arena);
	else if (c->given_up)
		turn_away(c);
	c->keys_known = false;
	advance(worker, c);
}

/* --- going on --------------------------------------------------------------------------------- */

static void say_answer(struct worker *worker, const struct connection *c)
{
	const struct session_answer *answer = dialog_answer(c->dialog);
	uint64_t now_ns;

	if (!answer)
		return;
	now_ns = clock_monotonic_ns();
	ledger_note(worker->ledger, answer, now_ns);
	log_lines_add(&worker->log, answer, now_ns - c->active_ns);
}

/*
 * In the middle of a message a connection may be silent for longer, but not where that holds memory
 * or the peer is to read.
 */
static void note_message(struct worker *worker, struct connection *c)
{
	bool in_message = session_in_message(&c->dialog->session);
	bool patient = in_message && !deadline_is_in_content(c) &&
		       dialog_output(c->dialog).len == 0;
	bool changed = patient != c->patient || (worker->stopping && in_message != c->in_message);

	c->in_message = in_message;
	c->patient = patient;
	if (changed)
		deadline_set(worker, c);
}

/* What the dialog wants that cannot be had here and now. */
static enum dialog_want run_dialog(struct worker *worker, struct connection *c)
{
	enum dialog_want want;

	do {
		want = dialog_run(c->dialog);
		if (c->dialog->heard)
			c->heard_ns = c->active_ns;
		conversation_keys_follow(c);
		give_back(worker, c, dialog_reclaim(c->dialog));
	} while ((want == DIALOG_WAIT && !c->dialog->waiting) ||
		 (want == DIALOG_LEND && lend(worker, c)));
	return want;
}

/* Lets the dialog go on until it waits for the peer, for an arena or for keys, or is over. */
static void advance(struct worker *worker, struct connection *c)
{
	enum dialog_want want = run_dialog(worker, c);

	note_message(worker, c);
	switch (want) {
	case DIALOG_RECEIVE:
		submit_receive(worker, c);
		break;
	case DIALOG_SEND:
		say_answer(worker, c);
		submit_send(worker, c);
		break;
	case DIALOG_CLOSE:
		say_closed(worker, dialog_close_reason(c->dialog), "");
		end(worker, c, dialog_close_reason(c->dialog));
		break;
	case DIALOG_WAIT:
		start_waiting(worker, c, CONNECTION_WAITS_FOR_KEYS);
		break;
	case DIALOG_LEND:
		break;
	}
}

/* Counts it in if it is not one too many; of all workers together. */
static bool is_admitted(struct worker *worker)
{
	struct crew *crew = worker->crew;

	if (atomic_fetch_add_explicit(&crew->n_open, 1, memory_order_relaxed) < crew->connections)
		return true;
	atomic_fetch_sub_explicit(&crew->n_open, 1, memory_order_relaxed);
	return false;
}

void conversation_open(struct worker *worker, int fd)
{
	struct connection *c;

	if (!is_admitted(worker)) {
		close(fd);
		say_full(worker);
		counters_count(&worker->counters->closed[CLOSE_FULL]);
		return;
	}
	counters_count(&worker->counters->connections);
	c = connection_take(&worker->connections, fd);
	c->policy = policy_store_take(worker->crew->policies);
	dialog_init(c->dialog, policy_version_policy(c->policy));
	session_set_limiter(&c->dialog->session, worker->crew->limiter);
	note_activity(c);
	c->heard_ns = c->active_ns;
	deadline_set(worker, c);
	advance(worker, c);
}

void conversation_received(struct worker *worker, struct connection *c, int result)
{
	if (result <= 0) {
		end_with_result(worker, c, result);
		return;
	}
	dialog_received(c->dialog, (size_t)result);
	note_activity(c);
	advance(worker, c);
}

void conversation_sent(struct worker *worker, struct connection *c, int result)
{
	if (result <= 0) {
		end_with_result(worker, c, result);
		return;
	}
	c->sent += (size_t)result;
	if (c->sent < dialog_output(c->dialog).len) {
		submit_send(worker, c);
		return;
	}
	c->sent = 0;
	dialog_sent(c->dialog);
	note_activity(c);
	c->heard_ns = c->active_ns;
	advance(worker, c);
}

/* --- ticks ------------------------------------------------------------------------------------ */

void conversation_tick(struct worker *worker, uint64_t now_ns)
{
	uint64_t now_s = now_ns / CLOCK_SECOND_NS;
	struct timer *timer;

	while ((timer = timer_wheel_next(&worker->wheel, now_s))) {
		struct connection *c = connection_of_timer(timer);

		if (deadline_is_over(worker, c, now_ns))
			hang_up(c, worker->stopping ? CLOSE_STOPPED : CLOSE_IDLE);
		else if (c->waits)
			go_on_waiting(worker, c, now_ns);
		else
			deadline_set(worker, c);
	}
	say_closed_more(worker);
}

void conversation_stop_all(struct worker *worker, uint64_t now_ns)
{
	worker->stopping = true;
	worker->stopped_ns = now_ns;
	for (size_t i = 0; i < worker->connections.n_used; i++)
		if (worker->connections.slots[i].fd >= 0)
			deadline_set(worker, &worker->connections.slots[i]);
}
