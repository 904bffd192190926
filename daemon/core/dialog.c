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

/* What has come of the packet that is passing. */
static struct span take_passing_bytes(struct dialog *d)
{
	struct dialog_input *in = &d->in;
	size_t unread = in->end - in->start;
	struct span bytes =
		span_of(in->base + in->start, unread < in->passing ? unread : in->passing);

	in->start += bytes.len;
	in->passing -= bytes.len;
	in->wanted = in->passing < sizeof(d->buffer) ? in->passing : sizeof(d->buffer);
	return bytes;
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
	d->heard = false;
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

void dialog_turn_away(struct dialog *d)
{
	session_turn_away(&d->session);
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

	session_end_message(&d->session);
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

static bool only_the_end_is_answered(const struct milter_agreement *agreed)
{
	return !milter_reply_due(agreed, MILTER_RCPT) && !milter_reply_due(agreed, MILTER_DATA) &&
	       !milter_reply_due(agreed, MILTER_HEADER) &&
	       !milter_reply_due(agreed, MILTER_END_OF_HEADERS) &&
	       !milter_reply_due(agreed, MILTER_BODY);
}

struct span dialog_progress(const struct dialog *d)
{
	static const char packet[] = { 0, 0, 0, 1, MILTER_PROGRESS };

	if (!d->session.postfix && !only_the_end_is_answered(&d->agreed))
		return span_of(NULL, 0);
	return span_of(packet, sizeof(packet));
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

static void compose_answer(struct dialog *d)
{
	d->waiting = false;
	d->judged = true;
	d->out = milter_answer_compose(&d->answer, d->arena, d->reply);
}

void dialog_key(struct dialog *d, size_t i, const struct dns_answer *record)
{
	if (session_key(&d->session, i, record, &d->answer) == SESSION_ANSWER)
		compose_answer(d);
}

/* The event is the last that its packet is to say, or a reply to that is not due yet. */
static bool step_session(struct dialog *d, const struct milter_event *ev, bool last)
{
	switch (session_step(&d->session, ev, &d->answer)) {
	case SESSION_NEXT:
		if (d->in.keep && dialog_over_limit(d->arena, d->in.keep))
			forget_message(d);
		if (last && milter_reply_due(&d->agreed, ev->type)) {
			d->out = short_reply(d);
			milter_reply_plain(&d->out, MILTER_CONTINUE);
		}
		return true;
	case SESSION_ANSWER:
		compose_answer(d);
		return true;
	case SESSION_WAIT:
		d->waiting = true;
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
	return step_session(d, &ev, true);
}

static bool is_content(char command)
{
	return command == MILTER_HEADER || command == MILTER_END_OF_HEADERS ||
	       command == MILTER_BODY || command == MILTER_END_OF_MESSAGE;
}

/* The packet is whole, or may be too large for the small buffer. */
static bool needs_arena(const struct dialog *d, enum parse_status status, struct span packet)
{
	if (d->session.arena || d->session.turned_away || !session_has_recipient(&d->session))
		return false;
	return status == PARSE_OK ? is_content(packet.p[0]) : is_large(d);
}

static enum dialog_want close_for(struct dialog *d, enum close_reason reason)
{
	d->close_reason = reason;
	return DIALOG_CLOSE;
}

static enum dialog_want receive(struct dialog *d)
{
	make_room(d);
	return DIALOG_RECEIVE;
}

/*
 * Content that does not fit the small buffer of a message that is turned away, and else a packet of
 * the body, go past: none of them is held until it is whole.
 */
static bool may_pass(const struct dialog *d)
{
	return d->session.turned_away ? is_large(d) : d->session.arena != NULL;
}

/* To send, here and below, is to go on: to look whether there is something to send. */
static enum dialog_want begin_passing(struct dialog *d)
{
	struct dialog_input *in = &d->in;
	char command;

	if (in->end - in->start <= MILTER_LENGTH_BYTES) {
		in->wanted = MILTER_LENGTH_BYTES + 1;
		return receive(d);
	}
	command = in->base[in->start + MILTER_LENGTH_BYTES];
	if (d->session.turned_away && !is_content(command))
		return close_for(d, CLOSE_TOO_LARGE);
	if (!d->session.turned_away && command != MILTER_BODY)
		return receive(d);
	in->command = (enum milter_command)command;
	in->passing = in->wanted - MILTER_LENGTH_BYTES - 1;
	in->start += MILTER_LENGTH_BYTES + 1;
	return DIALOG_SEND;
}

/* Of a body the session is told piece by piece; of other content its type, once all has come. */
static enum dialog_want pass(struct dialog *d)
{
	struct span bytes = take_passing_bytes(d);
	struct milter_event ev = { .type = d->in.command };
	bool last = d->in.passing == 0;

	if (ev.type == MILTER_BODY)
		ev.chunk = bytes;
	if ((last || ev.type == MILTER_BODY) && !step_session(d, &ev, last))
		return DIALOG_CLOSE;
	d->heard = d->heard || last;
	return last ? DIALOG_SEND : receive(d);
}

/*
 * Macros that come with every header field and body chunk, and say nothing that those of the
 * message's other events do not: nearly half of all packets.
 */
static bool says_nothing(const struct dialog *d, struct span packet)
{
	return packet.p[0] == MILTER_MACROS && packet.len >= 2 &&
	       packet.len <= sizeof(d->buffer) - MILTER_LENGTH_BYTES && d->negotiated &&
	       (packet.p[1] == MILTER_HEADER || packet.p[1] == MILTER_BODY);
}

/* The next packet that says something. */
static enum parse_status next_packet(struct dialog *d, struct span *packet)
{
	struct dialog_input *in = &d->in;

	for (;;) {
		struct span unread = span_of(in->base + in->start, in->end - in->start);
		enum parse_status status = milter_frame_next(unread, packet, &in->wanted);

		if (status != PARSE_OK || !says_nothing(d, *packet))
			return status;
		in->start += MILTER_LENGTH_BYTES + packet->len;
		d->heard = true;
	}
}

static enum dialog_want read_packet(struct dialog *d)
{
	struct dialog_input *in = &d->in;
	struct span packet;
	enum parse_status status = next_packet(d, &packet);

	if (status == PARSE_BAD)
		return close_for(d, CLOSE_BAD_FRAME);
	if (status == PARSE_OK)
		in->wanted = MILTER_LENGTH_BYTES + packet.len;
	if (!allowed(d))
		return close_for(d, CLOSE_TOO_LARGE);
	if (needs_arena(d, status, packet))
		return DIALOG_LEND;
	if (status == PARSE_MORE)
		return may_pass(d) ? begin_passing(d) : receive(d);
	in->start += MILTER_LENGTH_BYTES + packet.len;
	d->heard = true;
	return handle(d, packet) ? DIALOG_SEND : DIALOG_CLOSE;
}

enum dialog_want dialog_run(struct dialog *d)
{
	enum dialog_want want = DIALOG_SEND;

	while (want == DIALOG_SEND && d->out.len == 0 && !d->waiting)
		want = d->in.passing ? pass(d) : read_packet(d);
	return d->waiting ? DIALOG_WAIT : want;
}

enum close_reason dialog_close_reason(const struct dialog *d)
{
	return d->close_reason;
}
