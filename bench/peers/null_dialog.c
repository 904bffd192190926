// SPDX-License-Identifier: Apache-2.0
/*
 * null_dialog - core/dialog.h for a milter that answers and checks nothing: the floor.
 *
 * Linked in place of core/dialog.c it makes of exogated the floor milter: the same engine, the same
 * negotiated steps, buffers and sizes of reads, but packets are only counted off by their lengths,
 * nothing of them is kept, and every message is accepted as it is.  What exogated costs more than
 * this is what judging costs.
 */
#include "dialog.h"

#include "milter_frame.h"
#include "milter_reply.h"

void dialog_init(struct dialog *d, const struct policy *policy)
{
	memset(d, 0, offsetof(struct dialog, buffer));
	session_init(&d->session, policy);
	d->in.base = d->buffer;
	d->in.wanted = MILTER_LENGTH_BYTES;
}

static size_t capacity(const struct dialog *d)
{
	return d->arena ? d->arena->high : sizeof(d->buffer);
}

/* What is not a whole packet yet moves to the front, where there is room for the rest of it. */
static void move_input(struct dialog *d, char *base)
{
	size_t unread = d->in.end - d->in.start;

	memmove(base, d->in.base + d->in.start, unread);
	d->in = (struct dialog_input){ .base = base, .end = unread, .wanted = d->in.wanted };
}

void dialog_room(struct dialog *d, char **p, size_t *len)
{
	size_t room = capacity(d) - d->in.end;
	size_t awaited = d->in.start + d->in.wanted - d->in.end;
	size_t most = awaited > DIALOG_READ_BYTES ? awaited : DIALOG_READ_BYTES;

	*p = d->in.base + d->in.end;
	*len = room < most ? room : most;
}

void dialog_received(struct dialog *d, size_t len)
{
	d->in.end += len;
	d->heard = false;
}

void dialog_lend(struct dialog *d, struct arena *arena)
{
	session_begin_message(&d->session, arena);
	d->arena = arena;
	arena_reset(arena);
	move_input(d, arena->base);
}

/* Nothing is measured then. */
void dialog_turn_away(struct dialog *d)
{
	session_turn_away(&d->session);
}

struct span dialog_progress(const struct dialog *d)
{
	(void)d;
	return span_of(NULL, 0);
}

struct arena *dialog_reclaim(struct dialog *d)
{
	struct arena *arena = d->arena;

	if (!arena || d->session.arena || d->in.end - d->in.start > sizeof(d->buffer))
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

struct span dialog_output(const struct dialog *d)
{
	return outbuf_span(&d->out);
}

const struct session_answer *dialog_answer(const struct dialog *d)
{
	(void)d;
	return NULL;
}

void dialog_sent(struct dialog *d)
{
	d->out.len = 0;
}

static bool negotiate(struct dialog *d, struct span packet)
{
	struct milter_event ev;

	if (milter_event_parse(packet, &ev) != PARSE_OK ||
	    milter_negotiate(&ev.offer, d->session.policy, &d->agreed) != PARSE_OK)
		return false;
	milter_reply_agreement(&d->out, &d->agreed);
	return true;
}

/* False at the end of the connection. */
static bool handle(struct dialog *d, struct span packet)
{
	const enum milter_command command = (enum milter_command)packet.p[0];

	d->out = outbuf_over(d->reply, sizeof(d->reply));
	switch (command) {
	case MILTER_NEGOTIATE:
		return negotiate(d, packet);
	case MILTER_QUIT:
		return false;
	case MILTER_RCPT:
		d->session.state = SESSION_RCPT;
		break;
	case MILTER_ABORT:
		session_end_message(&d->session);
		break;
	case MILTER_END_OF_MESSAGE:
		session_end_message(&d->session);
		milter_reply_plain(&d->out, MILTER_ACCEPT);
		return true;
	default:
		break;
	}
	if (milter_reply_due(&d->agreed, command))
		milter_reply_plain(&d->out, MILTER_CONTINUE);
	return true;
}

static bool is_content(struct span packet)
{
	return packet.p[0] == MILTER_HEADER || packet.p[0] == MILTER_END_OF_MESSAGE;
}

enum dialog_want dialog_run(struct dialog *d)
{
	struct dialog_input *in = &d->in;
	struct span packet;

	if (d->session.turned_away)
		return DIALOG_CLOSE;
	while (d->out.len == 0) {
		struct span unread = span_of(in->base + in->start, in->end - in->start);
		enum parse_status status = milter_frame_next(unread, &packet, &in->wanted);

		if (status == PARSE_BAD)
			return DIALOG_CLOSE;
		if (status == PARSE_MORE) {
			move_input(d, in->base);
			return in->wanted > capacity(d) ? DIALOG_CLOSE : DIALOG_RECEIVE;
		}
		if (is_content(packet) && !d->session.arena) {
			if (!d->arena)
				return DIALOG_LEND;
			dialog_lend(d, d->arena);
			continue;
		}
		in->start += MILTER_LENGTH_BYTES + packet.len;
		d->heard = true;
		if (!handle(d, packet))
			return DIALOG_CLOSE;
	}
	return DIALOG_SEND;
}

enum close_reason dialog_close_reason(const struct dialog *d)
{
	(void)d;
	return CLOSE_QUIT;
}

void dialog_key(struct dialog *d, size_t i, const struct dns_answer *record)
{
	(void)d;
	(void)i;
	(void)record;
}
