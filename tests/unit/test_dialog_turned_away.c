// SPDX-License-Identifier: Apache-2.0
/* Messages that find no arena: followed to their end in the small buffer, and deferred. */
#include "dialog.h"

#include <stdlib.h>

#include "fixture.h"
#include "harness.h"

#define ALL_STEPS 0x1fffff
#define BUSY	  "451 4.7.1 Too many messages at once (exogate: busy)"

static char large[DIALOG_BUFFER_BYTES + 3000];

static struct stream *begin(uint32_t steps)
{
	struct stream *s = stream_new();

	memset(large, 'x', sizeof(large) - 1);
	stream_offer(s, 6, 0x1ff, steps);
	stream_connect(s, '4', EXO_V4);
	stream_string(s, 'H', "client.example");
	return s;
}

static void put_envelope(struct stream *s)
{
	stream_string(s, 'M', "<alice@contoso.com>");
	stream_string(s, 'R', "<bob@elsewhere.example>");
}

TEST(it_is_deferred_and_the_next_one_too)
{
	struct stream *s = stream_new();
	const struct played *played;

	stream_open(s);
	stream_message(s, "4ABC");
	stream_message(s, "4BCD");
	stream_empty(s, 'Q');
	played = dialog_play_all_ways(fixture_policy(), 0, s);
	CHECK_EQ(played->n_answers, 2);
	CHECK(played_says(played, "4ABC: tempfail busy from=unknown"));
	CHECK(played_says(played, "4BCD: tempfail busy from=unknown"));
	CHECK(played_sent(played, BUSY, sizeof(BUSY)));
	CHECK_EQ(played->close_reason, CLOSE_QUIT);
}

/* At any size around the small buffer, and beyond it, in any pieces. */
TEST(content_that_does_not_fit_the_buffer)
{
	for (size_t len = DIALOG_BUFFER_BYTES - 12; len <= DIALOG_BUFFER_BYTES + 2; len++) {
		static const char commands[] = { 'L', 'B', 'E' };

		for (size_t i = 0; i < sizeof(commands); i++) {
			const struct played *played;
			struct stream *s = begin(ALL_STEPS);

			harness_row("%c of %zu bytes", commands[i], len);
			large[1] = large[len - 1] = '\0';
			put_envelope(s);
			stream_packet(s, commands[i], large, len);
			if (commands[i] != 'E')
				stream_empty(s, 'E');
			stream_empty(s, 'Q');
			large[1] = large[len - 1] = 'x';
			played = dialog_play(fixture_policy(), 0, s, NULL, SIZE_MAX);
			CHECK_EQ(played->n_answers, 1);
			CHECK(played_says(played, "tempfail busy"));
			CHECK_EQ(played->close_reason, CLOSE_QUIT);
			played_check_equal(dialog_play(fixture_policy(), 0, s, NULL, 0), played);
		}
	}
}

/* One reply for each event, skipped ones too, where the MTA waits for it. */
TEST(replies_are_those_that_are_due)
{
	struct stream *s = begin(0);
	const struct played *played;

	put_envelope(s);
	large[1] = large[sizeof(large) - 1] = '\0';
	stream_packet(s, 'L', large, sizeof(large));
	stream_empty(s, 'N');
	stream_packet(s, 'B', large, sizeof(large));
	stream_packet(s, 'E', large, sizeof(large));
	played = dialog_play_all_ways(fixture_policy(), 0, s);
	CHECK_EQ(played->n_answers, 1);
	/* the agreement, seven times CONTINUE, and the verdict */
	CHECK_EQ(played->output_len, 4 + 13 + 7 * 5 + 4 + 1 + sizeof(BUSY));
	CHECK(!played->closed);
}

/* Only content is skipped: what else is too large closes, as it does before the recipients. */
TEST(other_packets_that_do_not_fit)
{
	static const char commands[] = { 'D', 'R', 'U' };

	for (size_t i = 0; i < sizeof(commands); i++) {
		struct stream *s = begin(ALL_STEPS);

		harness_row("%c", commands[i]);
		put_envelope(s);
		stream_packet(s, commands[i], large, sizeof(large));
		CHECK_EQ(dialog_play_all_ways(fixture_policy(), 0, s)->close_reason,
			 CLOSE_TOO_LARGE);
	}
}

TEST(order_still_counts)
{
	struct stream *s = begin(ALL_STEPS);

	put_envelope(s);
	stream_packet(s, 'B', large, sizeof(large));
	stream_packet(s, 'L', large, sizeof(large));
	CHECK_EQ(dialog_play_all_ways(fixture_policy(), 0, s)->close_reason, CLOSE_OUT_OF_ORDER);
}

TEST(an_aborted_one_is_forgotten)
{
	struct stream *s = stream_new();
	const struct played *played;

	stream_open(s);
	stream_envelope(s, "alice@contoso.com", "bob@elsewhere.example");
	stream_header(s, "From", " alice@contoso.com");
	stream_empty(s, 'A');
	stream_message(s, "4ABC");
	played = dialog_play_all_ways(fixture_policy(), 0, s);
	CHECK_EQ(played->n_answers, 1);
	CHECK(played_says(played, "4ABC: tempfail busy"));
}

/* Turned away once is not turned away for good. */
TEST(the_next_one_may_find_an_arena)
{
	static struct dialog d;
	struct stream *s = stream_new();
	struct arena arena = fixture_arena(dialog_arena_bytes(64 * 1024) / 16 * 16);
	unsigned int wanted = 0, answers = 0;
	enum reason reasons[2] = { 0 };

	stream_open(s);
	stream_message(s, "4ABC");
	stream_message(s, "4BCD");
	dialog_init(&d, fixture_policy());
	for (size_t at = 0; at < s->len || d.in.end > d.in.start;) {
		enum dialog_want want = dialog_run(&d);
		size_t room;
		char *to;

		dialog_reclaim(&d);
		if (want == DIALOG_LEND) {
			if (wanted++)
				dialog_lend(&d, &arena);
			else
				dialog_turn_away(&d);
		} else if (want == DIALOG_SEND) {
			if (dialog_answer(&d) && answers < 2)
				reasons[answers++] = dialog_answer(&d)->verdict.reason;
			dialog_sent(&d);
		} else {
			if (!CHECK_EQ(want, DIALOG_RECEIVE) || at == s->len)
				break;
			dialog_room(&d, &to, &room);
			room = room < s->len - at ? room : s->len - at;
			memcpy(to, s->bytes + at, room);
			dialog_received(&d, room);
			at += room;
		}
	}
	CHECK_EQ(answers, 2);
	CHECK_EQ(reasons[0], REASON_BUSY);
	CHECK_EQ(reasons[1], REASON_AUTHORISED);
}

/* Postfix takes PROGRESS at any reply; others do where the next one is the verdict. */
TEST(progress)
{
	static const struct {
		uint32_t steps;
		const char *mta; /* as {v} has it */
		bool taken;
	} rows[] = {
		{ ALL_STEPS, "Postfix 3.7.11", true },
		{ 0, "Postfix 3.7.11", true },
		{ ALL_STEPS, "8.17.1", true },
		{ 0, "8.17.1", false },
		{ ALL_STEPS & ~0x80, "8.17.1", false },	   /* header */
		{ ALL_STEPS & ~0x80000, "8.17.1", false }, /* body */
		{ ALL_STEPS & ~0x8000, "8.17.1", false },  /* recipients */
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		static struct dialog d;
		struct stream *s = stream_new();
		struct span progress;
		size_t room;
		char *to;

		harness_row("row %zu", i);
		stream_offer(s, 6, 0x1ff, rows[i].steps);
		stream_macros(s, 'C', "v", rows[i].mta, NULL);
		stream_connect(s, '4', EXO_V4);
		dialog_init(&d, fixture_policy());
		dialog_run(&d);
		dialog_room(&d, &to, &room);
		memcpy(to, s->bytes, s->len);
		dialog_received(&d, s->len);
		while (dialog_run(&d) == DIALOG_SEND)
			dialog_sent(&d);
		progress = dialog_progress(&d);
		CHECK_EQ(progress.len, rows[i].taken ? 5 : 0);
		if (rows[i].taken)
			CHECK_BYTES(progress.p, progress.len, "\0\0\0\1p", 5);
	}
}

HARNESS_MAIN
