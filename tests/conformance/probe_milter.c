// SPDX-License-Identifier: Apache-2.0
/*
 * "event PACKET": what milter_event.h reads in it, and milter_negotiate.h in an offer.
 * "change NAME VALUE", "insert NAME VALUE" (the name after a 32-bit index), "from ADDRESS",
 * "reply TEXT": the packet that milter_reply.h makes.
 * "play STREAM", "bytes STREAM": what dialog.h answers to a whole stream, in pieces as large as it
 * takes, or byte by byte.
 */
#include "dialog.h"
#include "milter_reply.h"
#include "probe.h"

#define ARENA_BYTES (1024u * 1024 + DIALOG_ARENA_EXTRA_BYTES)
#define INDEX_BYTES 4

static char reply_room[256u * 1024];

/* --- event ------------------------------------------------------------------------------------ */

static void put_event(const struct milter_event *ev)
{
	switch (ev->type) {
	case MILTER_HELO:
		probe_put("text", ev->helo);
		break;
	case MILTER_MAIL:
	case MILTER_RCPT:
		probe_put("text", ev->path.address);
		printf(", ");
		probe_put("rest", ev->path.parameters);
		break;
	case MILTER_HEADER:
		probe_put("text", ev->header.name);
		printf(", ");
		probe_put("rest", ev->header.value);
		break;
	case MILTER_BODY:
	case MILTER_END_OF_MESSAGE:
		probe_put("text", ev->chunk);
		break;
	default:
		probe_put("text", span_of(NULL, 0));
	}
}

static const struct policy policy = {
	.authserv_id = { "relay.example.net", 17 },
	.limits = { .recipients = 1000, .edits = 1000 },
	.moves_senders = true,
};

static void answer_event(struct span packet)
{
	struct milter_agreement agreed;
	struct milter_event ev;
	bool ok = milter_event_parse(packet, &ev) == PARSE_OK;

	if (ok && ev.type == MILTER_NEGOTIATE)
		ok = milter_negotiate(&ev.offer, &policy, &agreed) == PARSE_OK;
	printf("{\"ok\": %s", ok ? "true" : "false");
	if (ok) {
		printf(", ");
		put_event(&ev);
	}
	putchar('}');
}

/* --- edits and replies ------------------------------------------------------------------------ */

static void answer_packet(const struct outbuf *out)
{
	putchar('{');
	probe_put("packet", span_after(outbuf_span(out), MILTER_LENGTH_BYTES));
	putchar('}');
}

static void answer_header_edit(enum edit_op op, const struct probe_question *question)
{
	struct outbuf out = outbuf_over(reply_room, sizeof(reply_room));
	struct edit edit = { .op = op, .value = question->b };

	if (question->a.len < INDEX_BYTES)
		probe_fail("a name without its index");
	edit.index = milter_get_u32(question->a.p);
	edit.name = span_after(question->a, INDEX_BYTES);
	milter_reply_edit(&out, &edit);
	answer_packet(&out);
}

static void answer_from(struct span address)
{
	struct outbuf out = outbuf_over(reply_room, sizeof(reply_room));
	const struct edit edit = { .op = EDIT_CHANGE_FROM, .value = address };

	milter_reply_edit(&out, &edit);
	answer_packet(&out);
}

static void answer_reply(struct span text)
{
	struct outbuf out = outbuf_over(reply_room, sizeof(reply_room));

	milter_reply_code(&out, text);
	answer_packet(&out);
}

/* --- dialogs ---------------------------------------------------------------------------------- */

static struct dialog dialog;
static struct arena arena;
static char arena_block[ARENA_BYTES];

/* Takes a piece of the stream; false when there is none left. */
static bool receive(struct span *stream, size_t most)
{
	size_t len, room;
	char *to;

	dialog_room(&dialog, &to, &room);
	len = stream->len < room ? stream->len : room;
	if (len > most)
		len = most;
	if (len == 0)
		return false;
	memcpy(to, stream->p, len);
	*stream = span_after(*stream, len);
	dialog_received(&dialog, len);
	return true;
}

static void keep_output(struct outbuf *replies)
{
	outbuf_put(replies, dialog_output(&dialog));
	dialog_sent(&dialog);
	dialog_reclaim(&dialog);
}

/* True if the dialog closed, false if the stream ended. */
static bool play(struct span stream, size_t most, struct outbuf *replies)
{
	dialog_init(&dialog, &policy);
	for (;;) {
		enum dialog_want want = dialog_run(&dialog);

		dialog_reclaim(&dialog);
		if (want == DIALOG_CLOSE)
			return true;
		if (want == DIALOG_RECEIVE && !receive(&stream, most))
			return false;
		if (want == DIALOG_SEND)
			keep_output(replies);
		if (want == DIALOG_LEND)
			dialog_lend(&dialog, &arena);
	}
}

static void answer_play(struct span stream, size_t most)
{
	struct outbuf replies = outbuf_over(reply_room, sizeof(reply_room));
	struct span word = SPAN("");

	arena_init(&arena, arena_block, sizeof(arena_block));
	if (play(stream, most, &replies))
		word = close_reason_word(dialog_close_reason(&dialog));
	dialog_abandon(&dialog);
	printf("{\"closed\": \"%.*s\", ", (int)word.len, word.p);
	probe_put("replies", outbuf_span(&replies));
	putchar('}');
}

static void answer(const struct probe_question *question)
{
	if (span_eq(question->verb, SPAN("event")))
		answer_event(question->a);
	else if (span_eq(question->verb, SPAN("change")))
		answer_header_edit(EDIT_CHANGE_HEADER, question);
	else if (span_eq(question->verb, SPAN("insert")))
		answer_header_edit(EDIT_INSERT_HEADER, question);
	else if (span_eq(question->verb, SPAN("from")))
		answer_from(question->a);
	else if (span_eq(question->verb, SPAN("reply")))
		answer_reply(question->a);
	else if (span_eq(question->verb, SPAN("play")))
		answer_play(question->a, SIZE_MAX);
	else if (span_eq(question->verb, SPAN("bytes")))
		answer_play(question->a, 1);
	else
		probe_fail("no such question");
}

int main(void)
{
	return probe_run(answer);
}
