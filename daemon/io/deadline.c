// SPDX-License-Identifier: Apache-2.0
#include "deadline.h"

#include "clock.h"
#include "serve.h"

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t idle_end_ns(const struct worker *worker, const struct connection *c)
{
	const struct settings *settings = worker->crew->settings;
	uint64_t from = deadline_is_in_content(c) ? c->lent_ns : c->heard_ns;
	unsigned int s = c->patient ? settings->message_idle_s : settings->idle_s;

	return c->waits ? UINT64_MAX : from + s * CLOCK_SECOND_NS;
}

static uint64_t stop_end_ns(const struct worker *worker, const struct connection *c)
{
	unsigned int s = c->in_message ? SERVE_STOP_MESSAGE_S : SERVE_STOP_S;

	return worker->stopping ? worker->stopped_ns + s * CLOCK_SECOND_NS : UINT64_MAX;
}

static uint64_t end_ns(const struct worker *worker, const struct connection *c)
{
	return least(idle_end_ns(worker, c), stop_end_ns(worker, c));
}

static uint64_t wait_end_ns(const struct worker *worker, const struct connection *c)
{
	return c->wait_ns + worker->crew->settings->message_wait_s * CLOCK_SECOND_NS;
}

static uint64_t progress_ns(const struct worker *worker, const struct connection *c)
{
	return c->progress_ns + serve_progress_ns(worker->crew->settings->message_wait_s);
}

void deadline_set(struct worker *worker, struct connection *c)
{
	uint64_t due_ns = end_ns(worker, c);

	if (c->waits)
		due_ns = least(due_ns, least(wait_end_ns(worker, c), progress_ns(worker, c)));
	timer_wheel_set(&worker->wheel, &c->timer, due_ns / CLOCK_SECOND_NS + 1);
}

bool deadline_is_over(const struct worker *worker, const struct connection *c, uint64_t now_ns)
{
	return now_ns >= end_ns(worker, c);
}

bool deadline_wait_is_over(const struct worker *worker, const struct connection *c, uint64_t now_ns)
{
	return now_ns >= wait_end_ns(worker, c);
}

bool deadline_progress_is_due(const struct worker *worker, const struct connection *c,
			      uint64_t now_ns)
{
	return now_ns >= progress_ns(worker, c);
}
