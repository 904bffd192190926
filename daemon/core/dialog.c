// SPDX-License-Identifier: Apache-2.0
#include "dialog.h"

#include <assert.h>

#include "milter_frame.h"
#include "milter_reply.h"

void dialog_init(struct dialog *d, const struct policy *policy)
{
	memset(d, 0, offsetof(struct dialog, buffer));
	session_init(&d->session, policy);
	d->in.base = d->buffer;
	d->in.wanted = MILTER_LENGTH_BYTES;
}

/* --- received bytes --------------------------------------------------------------------------- */

static size_t input_capacity(const struct dialog *d)
{
	return d->arena ? d->arena->high : sizeof(d->buffer);
}

/* What has been read and is not borrowed from makes room for what comes. */
static void drop_read_bytes(struct dialog *d)
{
	struct dialog_input *in = &d->in;
	size_t unread = in->end - in->start;

	if (in->start == in->keep)
		return;
	memmove(in->base + in->keep, in->base + in->start, unread);
	in->start = in->keep;
	in->end = in->start + unread;
}

static bool is_large(const struct dialog *d)
{
	return d->in.wanted > sizeof(d->buffer);
}

/*
 * Where no header field can come the small buffer is the limit, even while an arena is still lent:
 * what is accepted must not depend on the pieces in which it comes.
 */
static bool allowed(const struct dialog *d)
{
	return session_has_recipient(&d->session) || !is_large(d);
}

/* Room for at least the packet that is awaited, which is allowed(). */
static void make_room(struct dialog *d)
{
	drop_read_bytes(d);
	assert(d->in.wanted <= input_capacity(d) - d->in.start);
	if (d->arena)
		arena_set_low(d->arena, d->in.end);
}

void dialog_room(struct dialog *d, char **p, size_t *len)
{
	size_t room = input_capacity(d) - d->in.end;
	size_t awaited = d->in.start + d->in.wanted - d->in.end;
	size_t most = awaited > DIALOG_READ_BYTES ? awaited : DIALOG_READ_BYTES;

	*p = d->in.base + d->in.end;
	*len = room < most ? room : most;
}

void dialog_received(struct dialog *d, size_t len)
{
	assert(len <= input_capacity(d) - d->in.end);
	d->in.end += len;
	if (d->arena)
		arena_set_low(d->arena, d->in.end);
}

/*
 * Header fields are borrowed from until the message is over.  They are put together
 * without gaps, so that what a message takes does not depend on what came between them, nor on the
 * pieces.
 */
static struct span keep_packet(struct dialog *d, struct span packet)
{
	char *kept = d->in.base + d->in.keep;

	memmove(kept, packet.p, packet.len);
	d->in.keep += packet.len;
	return span_of(kept, packet.len);
}

/* Gives up what the message holds; it is followed to its end to be deferred. */
static void forget_message(struct dialog *d)
{
	session_over_limit(&d->session);
	d->in.keep = 0;
	arena_reset(d->arena);
	arena_set_low(d->arena, d->in.end);
}

/* Unread bytes go on to another buffer, which must hold them. */
static void move_input(struct dialog *d, char *base)
{
	size_t unread = d->in.end - d->in.start;

	memmove(base, d->in.base + d->in.start, unread);
	d->in = (struct dialog_input){ .base = base, .end = unread, .wanted = d->in.wanted };
}

void dialog_lend(struct dialog *d, struct arena *arena)
{
	session_begin_message(&d->session, arena);
	d->arena = arena;
	arena_reset(arena);
	move_input(d, arena->base);
	arena_set_low(arena, d->in.end);
}

struct arena *dialog_reclaim(struct dialog *d)
{
	struct arena *arena = d->arena;

	if (!arena || d->session.arena || is_large(d) ||
	    d->in.end - d->in.start > sizeof(d->buffer))
		return NULL;
	move_input(d, d->buffer);
	d->arena = NULL;
	return arena;
}

struct arena *dialog_abandon(struct dialog *d)
{
	struct arena *arena = d->arena;

	d->arena = NULL;
	return arena;
}

/* --- replies ---------------------------------------------------------------------------------- */

static struct outbuf short_reply(struct dialog *d)
{
	return outbuf_over(d->reply, sizeof(d->reply));
}

struct span dialog_output(const struct dialog *d)
{
	return outbuf_span(&d->out);
}

const struct session_answer *dialog_answer(const struct dialog *d)
{
	return d->judged ? &d->answer : NULL;
}

void dialog_sent(struct dialog *d)
{
	d->out.len = 0;
	if (!d->judged)
		return;
	d->judged = false;
	session_end_message(&d->session);
}

/* --- packets ---------------------------------------------------------------------------------- */

static bool refuse(struct dialog *d, enum close_reason reason)
{
	d->close_reason = reason;
	return false;
}

static bool negotiate(struct dialog *d, const struct milter_event *ev)
{
	if (d->negotiated)
		return refuse(d, CLOSE_OUT_OF_ORDER);
	if (milter_negotiate(&ev->offer, d->session.policy, &d->agreed) != PARSE_OK)
		return refuse(d, CLOSE_BAD_VERSION);
	d->negotiated = true;
	d->session.actions = d->agreed.actions;
	d->session.leading_space = d->agreed.steps & MILTER_HEADER_LEADING_SPACE;
	d->out = short_reply(d);
	milter_reply_agreement(&d->out, &d->agreed);
	return true;
}

static bool step_session(struct dialog *d, const struct milter_event *ev)
{
	switch (session_step(&d->session, ev, &d->answer)) {
	case SESSION_NEXT:
		if (d->in.keep && dialog_over_limit(d->arena, d->in.keep))
			forget_message(d);
		if (milter_reply_due(&d->agreed, ev->type)) {
			d->out = short_reply(d);
			milter_reply_plain(&d->out, MILTER_CONTINUE);
		}
		return true;
	case SESSION_ANSWER:
		d->judged = true;
		d->out = milter_answer_compose(&d->answer, d->arena, d->reply);
		return true;
	case SESSION_CLOSE:
		break;
	}
	return refuse(d, ev->type == MILTER_QUIT ? CLOSE_QUIT : CLOSE_OUT_OF_ORDER);
}

static bool is_borrowed(const struct dialog *d, struct span packet)
{
	return d->session.arena && !d->session.over_limit && packet.p[0] == MILTER_HEADER;
}

static bool handle(struct dialog *d, struct span packet)
{
	struct milter_event ev;

	if (is_borrowed(d, packet))
		packet = keep_packet(d, packet);
	if (milter_event_parse(packet, &ev) != PARSE_OK)
		return refuse(d, CLOSE_BAD_PACKET);
	if (ev.type == MILTER_NEGOTIATE)
		return negotiate(d, &ev);
	if (!d->negotiated && ev.type != MILTER_QUIT)
		return refuse(d, CLOSE_OUT_OF_ORDER);
	return step_session(d, &ev);
}

static bool is_content(struct span packet)
{
	return packet.p[0] == MILTER_HEADER || packet.p[0] == MILTER_END_OF_HEADERS ||
	       packet.p[0] == MILTER_BODY || packet.p[0] == MILTER_END_OF_MESSAGE;
}

/* The packet is whole, or may be too large for the small buffer. */
static bool needs_arena(const struct dialog *d, enum parse_status status, struct span packet)
{
	if (d->session.arena || !session_has_recipient(&d->session))
		return false;
	return status == PARSE_OK ? is_content(packet) : is_large(d);
}

static enum dialog_want close_for(struct dialog *d, enum close_reason reason)
{
	d->close_reason = reason;
	return DIALOG_CLOSE;
}

enum dialog_want dialog_run(struct dialog *d)
{
	struct dialog_input *in = &d->in;
	struct span packet;

	while (d->out.len == 0) {
		struct span unread = span_of(in->base + in->start, in->end - in->start);
		enum parse_status status = milter_frame_next(unread, &packet, &in->wanted);

		if (status == PARSE_BAD)
			return close_for(d, CLOSE_BAD_FRAME);
		if (status == PARSE_OK)
			in->wanted = MILTER_LENGTH_BYTES + packet.len;
		if (!allowed(d))
			return close_for(d, CLOSE_TOO_LARGE);
		if (needs_arena(d, status, packet)) {
			if (!d->arena)
				return DIALOG_LEND;
			dialog_lend(d, d->arena);
			continue;
		}
		if (status == PARSE_MORE) {
			make_room(d);
			return DIALOG_RECEIVE;
		}
		in->start += MILTER_LENGTH_BYTES + packet.len;
		if (!handle(d, packet))
			return DIALOG_CLOSE;
	}
	return DIALOG_SEND;
}

enum close_reason dialog_close_reason(const struct dialog *d)
{
	return d->close_reason;
}
