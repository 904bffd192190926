// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "fixture.h"
#include "fixture_dkim.h"
#include "harness.h"

#define TEXT_MAX (256u * 1024)

/* What is being played: the dialog, the next byte of the stream, and the next cut. */
struct player {
	struct dialog dialog;
	struct arena arena;
	bool lent;
	const struct stream *stream;
	size_t at;
	const size_t *cuts;
	size_t n_cuts;
	size_t next_cut;
	struct played *played;
};

static size_t piece_end(struct player *p)
{
	if (p->n_cuts == SIZE_MAX)
		return p->at + 1;
	while (p->next_cut < p->n_cuts && p->cuts[p->next_cut] <= p->at)
		p->next_cut++;
	return p->next_cut < p->n_cuts ? p->cuts[p->next_cut] : p->stream->len;
}

/* One read; false at the end of the stream. */
static bool receive(struct player *p)
{
	size_t len, room;
	char *to;

	if (p->at == p->stream->len)
		return false;
	dialog_room(&p->dialog, &to, &room);
	if (!CHECK(room > 0))
		return false;
	len = piece_end(p) - p->at;
	if (len > room)
		len = room;
	memcpy(to, p->stream->bytes + p->at, len);
	p->at += len;
	dialog_received(&p->dialog, len);
	return true;
}

static void take_back(struct player *p)
{
	struct arena *arena = dialog_reclaim(&p->dialog);

	if (!arena)
		return;
	CHECK(arena == &p->arena && p->lent);
	p->lent = false;
}

static void note_answer(struct player *p, const struct session_answer *answer)
{
	static const char *const decisions[] = { "accept", "reject", "tempfail" };
	struct span word = reason_word(answer->verdict.reason);
	struct played *played = p->played;
	char client[ADDRESS_TEXT_MAX];
	char *text = played->answers + played->answers_len;
	size_t room = TEXT_MAX - played->answers_len;
	int len;

	address_format(&answer->client, client);
	len = snprintf(text, room, "%.*s: %s %.*s%s from=%s msgid=%.*s netid=%.*s client=%s\n",
		       (int)answer->queue_id.len, answer->queue_id.p,
		       decisions[answer->verdict.decision], (int)word.len, word.p,
		       answer->verdict.would_reject ? " would-reject" : "",
		       answer->facts ? "known" : "unknown", (int)answer->message_id.len,
		       answer->message_id.p, (int)answer->network_message_id.len,
		       answer->network_message_id.p, client);
	CHECK(len > 0 && (size_t)len < room);
	fixture_edits_text(&answer->plan, text + len, room - (size_t)len);
	played->answers_len += strlen(text);
	played->n_answers++;
}

static void send_output(struct player *p)
{
	struct span output = dialog_output(&p->dialog);
	struct played *played = p->played;

	CHECK(output.len > 0 && output.len <= TEXT_MAX - played->output_len);
	if (dialog_answer(&p->dialog))
		note_answer(p, dialog_answer(&p->dialog));
	memcpy(played->output + played->output_len, output.p, output.len);
	played->output_len += output.len;
	dialog_sent(&p->dialog);
	CHECK(!dialog_answer(&p->dialog));
	take_back(p);
}

static void lend(struct player *p)
{
	if (!p->arena.size) {
		dialog_turn_away(&p->dialog);
		return;
	}
	CHECK(!p->lent || p->dialog.arena == &p->arena);
	p->lent = true;
	p->played->n_lent++;
	dialog_lend(&p->dialog, &p->arena);
	session_set_dkim(&p->dialog.session, &fixture_dkim_crypto, FIXTURE_DKIM_NOW);
}

/* Each name has a key; the answer may come with any of them. */
static void answer_keys(struct player *p)
{
	const struct dns_answer found = { .status = DNS_FOUND,
					  .n = 1,
					  .texts = { SPAN("p=AAAA") } };
	struct span name;

	CHECK(session_key_name(&p->dialog.session, 0, &name));
	for (size_t i = 0; session_key_name(&p->dialog.session, i, &name); i++)
		dialog_key(&p->dialog, i, &found);
	CHECK(dialog_answer(&p->dialog));
}

/* As advance() of io/serve_uring.c, until the stream ends or the dialog closes. */
static void play(struct player *p)
{
	for (;;) {
		enum dialog_want want = dialog_run(&p->dialog);

		take_back(p);
		switch (want) {
		case DIALOG_RECEIVE:
			if (!receive(p))
				return;
			break;
		case DIALOG_LEND:
			lend(p);
			break;
		case DIALOG_WAIT:
			answer_keys(p);
			break;
		case DIALOG_SEND:
			send_output(p);
			break;
		case DIALOG_CLOSE:
			p->played->closed = true;
			p->played->close_reason = dialog_close_reason(&p->dialog);
			return;
		}
	}
}

static struct played *next_played(void)
{
	static char output[2][TEXT_MAX], answers[2][TEXT_MAX];
	static struct played played[2];
	static unsigned int turn;

	turn ^= 1;
	played[turn] = (struct played){ .output = output[turn], .answers = answers[turn] };
	answers[turn][0] = '\0';
	return &played[turn];
}

/* The block for messages, flush against a guard page; kept while tests ask for the same size. */
static struct arena *message_arena(size_t message_bytes)
{
	size_t size = dialog_arena_bytes(message_bytes) / 16 * 16;
	static struct arena arena, none;

	if (!message_bytes)
		return &none;
	if (arena.size != size)
		arena = fixture_arena(size);
	arena_init(&arena, arena.base, arena.size);
	return &arena;
}

const struct played *dialog_play(const struct policy *policy, size_t arena_size,
				 const struct stream *stream, const size_t *cuts, size_t n_cuts)
{
	static struct player p;

	p = (struct player){
		.arena = *message_arena(arena_size),
		.stream = stream,
		.cuts = cuts,
		.n_cuts = n_cuts,
		.played = next_played(),
	};
	dialog_init(&p.dialog, policy);
	play(&p);
	p.played->arena_lent = p.lent;
	p.played->most_bytes = p.arena.most;
	CHECK(dialog_abandon(&p.dialog) == (p.lent ? &p.arena : NULL));
	return p.played;
}

void played_check_equal(const struct played *a, const struct played *b)
{
	CHECK_BYTES(a->output, a->output_len, b->output, b->output_len);
	CHECK_BYTES(a->answers, a->answers_len, b->answers, b->answers_len);
	CHECK_EQ(a->closed, b->closed);
	CHECK_EQ(a->close_reason, b->close_reason);
	if (!a->closed) /* else the engine takes it back: dialog_abandon() */
		CHECK_EQ(a->arena_lent, b->arena_lent);
}

const struct played *dialog_play_all_ways(const struct policy *policy, size_t arena_size,
					  const struct stream *stream)
{
	static char output[TEXT_MAX], answers[TEXT_MAX];
	static struct played whole;

	whole = *dialog_play(policy, arena_size, stream, NULL, 0);
	memcpy(output, whole.output, whole.output_len);
	memcpy(answers, whole.answers, whole.answers_len + 1);
	whole.output = output;
	whole.answers = answers;

	harness_row("byte by byte");
	played_check_equal(dialog_play(policy, arena_size, stream, NULL, SIZE_MAX), &whole);
	for (size_t cut = 1; cut < stream->len; cut++) {
		harness_row("split at %zu", cut);
		played_check_equal(dialog_play(policy, arena_size, stream, &cut, 1), &whole);
	}
	harness_row("whole");
	return &whole;
}

bool played_says(const struct played *played, const char *text)
{
	return strstr(played->answers, text);
}

bool played_sent(const struct played *played, const void *bytes, size_t len)
{
	return memmem(played->output, played->output_len, bytes, len);
}
