// SPDX-License-Identifier: Apache-2.0
/* The limits that dialog.h promises: what is deferred, what closes, and that the rest goes on. */
#include "dialog.h"

#include <stdlib.h>

#include "fixture.h"
#include "harness.h"

#define ARENA_SIZE (32u * 1024)
#define LARGE_SIZE (1024u * 1024)

static const struct fixture_field no_fields[] = { { NULL, NULL } };
static const struct fixture_field evidence[] = {
	{ "From", " alice@contoso.com" },
	{ "X-OriginatorOrg", " contoso.com" },
	{ NULL, NULL },
};

static void put_large_field(struct stream *s, const char *name, size_t len)
{
	char *value = malloc(len + 1);

	memset(value, 'x', len);
	value[len] = '\0';
	stream_header(s, name, value);
	free(value);
}

static void begin_message(struct stream *s)
{
	stream_envelope(s, "alice@contoso.com", "bob@elsewhere.example");
}

static const struct played *play(struct stream *s, size_t arena_size)
{
	return dialog_play(fixture_policy(), arena_size, s, NULL, 0);
}

/* Whole, byte by byte, and in pieces of several sizes: all the same. */
static const struct played *play_some_ways(struct stream *s, size_t arena_size)
{
	static const size_t sizes[] = { 3, 100, 1000, 4095, 4096, 4097, 16384, 65536 };
	static char output[64 * 1024], answers[64 * 1024];
	static size_t cuts[STREAM_MAX / 3];
	static struct played whole;

	whole = *play(s, arena_size);
	memcpy(output, whole.output, whole.output_len);
	memcpy(answers, whole.answers, whole.answers_len + 1);
	whole.output = output;
	whole.answers = answers;
	played_check_equal(dialog_play(fixture_policy(), arena_size, s, NULL, SIZE_MAX), &whole);
	for (size_t i = 0; i < N_ELEMENTS(sizes); i++) {
		size_t n = 0;

		harness_row("pieces of %zu", sizes[i]);
		for (size_t at = sizes[i]; at < s->len; at += sizes[i])
			cuts[n++] = at;
		played_check_equal(dialog_play(fixture_policy(), arena_size, s, cuts, n), &whole);
	}
	harness_row("whole");
	return &whole;
}

/* --- the message's arena ---------------------------------------------------------------------- */

/* Header fields that together outgrow the arena: deferred, and the connection lives. */
TEST(a_header_over_the_arena)
{
	struct stream *s = stream_new();
	const struct played *played;

	stream_open(s);
	begin_message(s);
	for (int i = 0; i < 20; i++)
		put_large_field(s, "X-Large", 3000);
	stream_content(s, "4ABC", no_fields);
	stream_message(s, "4BCD");
	stream_empty(s, 'Q');
	played = play_some_ways(s, ARENA_SIZE);
	CHECK(played_says(played, "4ABC: tempfail limit from=unknown"));
	CHECK(played_says(played, "4BCD: accept authorised"));
	CHECK(played_sent(played, "451 4.7.1 ", 10));
	CHECK_EQ(played->close_reason, CLOSE_QUIT);
}

/* What makes a message deferred must not be what came first in it, or last. */
TEST(a_header_over_the_arena_at_any_size)
{
	for (size_t len = 100; len < 12000; len += 331) {
		struct stream *s = stream_new();
		const struct played *played;

		harness_row("fields of %zu", len);
		stream_open(s);
		begin_message(s);
		for (size_t sent = 0; sent < 2 * ARENA_SIZE; sent += len)
			put_large_field(s, "X-MS-Exchange-Organization-X", len);
		stream_content(s, "4ABC", no_fields);
		stream_message(s, "4BCD");
		played = play(s, ARENA_SIZE);
		CHECK(played_says(played, "4ABC: tempfail limit"));
		CHECK(played_says(played, "4BCD: accept authorised"));
		CHECK(!played->closed);
	}
}

/* Body bytes are no part of the arena's limit, whatever their number. */
TEST(a_body_larger_than_the_arena)
{
	struct stream *s = stream_new();
	static char chunk[4000];
	const struct played *played;

	stream_open(s);
	begin_message(s);
	stream_header(s, "From", " alice@contoso.com");
	stream_header(s, "X-OriginatorOrg", " contoso.com");
	for (int i = 0; i < 40; i++)
		stream_packet(s, 'B', chunk, sizeof(chunk));
	stream_packet(s, 'E', chunk, sizeof(chunk));
	stream_empty(s, 'Q');
	played = play_some_ways(s, ARENA_SIZE);
	CHECK(played_says(played, "accept authorised"));
}

/* Recipients are counted, not kept. */
TEST(many_recipients)
{
	struct stream *s = stream_new();
	const struct played *played;

	stream_open(s);
	begin_message(s);
	for (int i = 0; i < 5000; i++)
		stream_string(s, 'R', "<someone@somewhere.elsewhere.example>");
	stream_content(s, "4ABC", evidence);
	played = play(s, ARENA_SIZE);
	CHECK(played_says(played, "4ABC: accept authorised"));
}

/* The one beyond the limit makes the message deferred, whatever the rest says. */
TEST(recipients_over_the_limit)
{
	for (unsigned int n = 2; n <= 4; n++) {
		struct policy *policy = fixture_policy();
		struct stream *s = stream_new();
		const struct played *played;

		harness_row("%u recipients", n);
		policy->limits.recipients = 3;
		stream_open(s);
		begin_message(s);
		for (unsigned int i = 1; i < n; i++)
			stream_string(s, 'R', "<someone@example.net>");
		stream_content(s, "4ABC", evidence);
		stream_message(s, "4BCD");
		played = dialog_play_all_ways(policy, ARENA_SIZE, s);
		CHECK(played_says(played, n <= 3 ? "4ABC: accept authorised" :
						   "4ABC: tempfail limit from=unknown"));
		CHECK(played_says(played, "4BCD: accept authorised"));
	}
}

/* The sender is kept for as long as the message, and only so much of it. */
TEST(a_sender_over_the_limit)
{
	for (size_t len = SESSION_MAIL_FROM_MAX - 1; len <= SESSION_MAIL_FROM_MAX + 1; len++) {
		static const char end[] = "@contoso.com>";
		char sender[SESSION_MAIL_FROM_MAX + 2] = "<";
		struct stream *s = stream_new();
		const struct played *played;

		harness_row("%zu octets", len);
		memset(sender + 1, 'x', len - 1);
		memcpy(sender + len - strlen(end), end, sizeof(end));
		stream_open(s);
		stream_string(s, 'M', sender);
		stream_string(s, 'R', "<bob@elsewhere.example>");
		stream_content(s, "4ABC", evidence);
		stream_message(s, "4BCD");
		played = play_some_ways(s, ARENA_SIZE);
		CHECK(played_says(played, len <= SESSION_MAIL_FROM_MAX ?
						  "4ABC: accept authorised" :
						  "4ABC: tempfail limit from=unknown"));
		CHECK(played_says(played, "4BCD: accept authorised"));
	}
}

/* A client may take its time between RCPT and the end of DATA: until then nothing is held. */
TEST(an_arena_is_lent_from_the_first_field_on)
{
	struct stream *s = stream_new();

	stream_open(s);
	begin_message(s);
	for (int i = 0; i < 100; i++)
		stream_string(s, 'R', "<someone@example.net>");
	CHECK_EQ(play(s, ARENA_SIZE)->n_lent, 0);
	stream_header(s, "From", " alice@contoso.com");
	CHECK_EQ(play(s, ARENA_SIZE)->n_lent, 1);
	CHECK(play(s, ARENA_SIZE)->arena_lent);
}

/* What is larger than the connection's buffer may come once there are recipients, not before. */
TEST(a_large_packet_before_and_after_the_first_recipient)
{
	char *path = malloc(LARGE_SIZE / 2);
	const struct played *played;
	struct stream *s;

	memset(path, 'x', LARGE_SIZE / 2 - 1);
	path[LARGE_SIZE / 2 - 1] = '\0';
	for (int recipients = 0; recipients <= 1; recipients++) {
		s = stream_new();
		stream_open(s);
		stream_string(s, 'M', "<alice@contoso.com>");
		if (recipients)
			stream_string(s, 'R', "<bob@elsewhere.example>");
		stream_string(s, 'R', path);
		if (recipients)
			stream_content(s, "4ABC", evidence);
		played = play_some_ways(s, LARGE_SIZE);
		CHECK_EQ(played->closed, !recipients);
		if (!recipients)
			CHECK_EQ(played->close_reason, CLOSE_TOO_LARGE);
		else
			CHECK(played_says(played, "4ABC: accept authorised"));
	}
	free(path);
}

/* An acceptance whose edits find no room is a deferral, also in what was sent. */
TEST(edits_over_the_arena)
{
	bool accepted = false, deferred = false;

	for (size_t len = 3000; len < ARENA_SIZE / 2; len += 97) {
		struct stream *s = stream_new();
		const struct played *played;

		harness_row("%zu", len);
		stream_open(s);
		begin_message(s);
		put_large_field(s, "X-Large", len);
		stream_header(s, "X-OriginatorOrg", " contoso.com");
		put_large_field(s, "Subject", len);
		stream_header(s, "From", " alice@contoso.com");
		stream_content(s, "4ABC", no_fields);
		stream_message(s, "4BCD");
		played = play(s, ARENA_SIZE);
		CHECK_EQ(played->n_answers, 2);
		CHECK(played_says(played, "4BCD: accept authorised"));
		if (played_says(played, "4ABC: accept authorised")) {
			CHECK(!deferred);
			accepted = true;
		} else {
			CHECK(played_says(played, "4ABC: tempfail limit"));
			CHECK(played_sent(played, "451 4.7.1 ", 10));
			CHECK(!played_says(played, "4ABC: accept"));
			deferred = true;
		}
	}
	CHECK(accepted && deferred);
}

/* Exactly HEADER_FIELDS_MAX are followed; one more is deferred, never accepted unread. */
TEST(as_many_fields_as_are_allowed)
{
	for (size_t n = HEADER_FIELDS_MAX - 1; n <= HEADER_FIELDS_MAX + 1; n++) {
		struct stream *s = stream_new();
		const struct played *played;

		harness_row("%zu fields", n);
		stream_open(s);
		begin_message(s);
		stream_header(s, "From", " alice@contoso.com");
		stream_header(s, "X-OriginatorOrg", " contoso.com");
		for (size_t i = 2; i < n; i++)
			stream_header(s, "x", " y");
		stream_content(s, "4ABC", no_fields);
		stream_message(s, "4BCD");
		played = play(s, LARGE_SIZE);
		CHECK(played_says(played, n > HEADER_FIELDS_MAX ? "4ABC: tempfail limit" :
								  "4ABC: accept authorised"));
		CHECK(played_says(played, "4BCD: accept authorised"));
	}
}

/* An opened stream and a message whose From has 60,000 bytes and ends so. */
static struct stream *stream_with_a_large_from(const char *end)
{
	static char value[60001];
	struct stream *s = stream_new();
	size_t len = strlen(end) + 1;

	memset(value, 'x', sizeof(value) - 1);
	memcpy(value, " \"", 2);
	memcpy(value + sizeof(value) - len, end, len);
	stream_open(s);
	begin_message(s);
	stream_header(s, "From", value);
	stream_header(s, "X-OriginatorOrg", " contoso.com");
	stream_content(s, "4ABC", no_fields);
	return s;
}

TEST(a_from_of_60000_bytes)
{
	struct stream *s = stream_with_a_large_from("\" <alice@contoso.onmicrosoft.com>");
	const struct played *played;

	stream_empty(s, 'Q');
	played = play_some_ways(s, LARGE_SIZE);
	CHECK(played_says(played, "4ABC: accept authorised"));
}

/* The same with a domain that moves to a longer one: it would be cut, so it is deferred. */
TEST(a_from_of_60000_bytes_that_would_grow)
{
	struct stream *s = stream_with_a_large_from("\" <alice@contoso.com>");

	stream_message(s, "4BCD");
	CHECK(played_says(play(s, LARGE_SIZE), "4ABC: tempfail limit"));
	CHECK(played_says(play(s, LARGE_SIZE), "4BCD: accept authorised"));
}

/* --- packets ---------------------------------------------------------------------------------- */

/* Before MAIL there is a small buffer only: a packet that it cannot hold closes the connection. */
TEST(a_packet_too_large_before_mail)
{
	static const char commands[] = "HDC";
	char *text = calloc(1, 2 * DIALOG_BUFFER_BYTES);

	memset(text, 'x', 2 * DIALOG_BUFFER_BYTES - 1);
	for (const char *c = commands; *c; c++)
		for (size_t len = DIALOG_BUFFER_BYTES - 4; len < DIALOG_BUFFER_BYTES + 3; len++) {
			struct stream *s = stream_new();
			const struct played *played;

			harness_row("%c of %zu", *c, len);
			stream_open(s);
			stream_packet(s, *c, text, len - 1);
			played = play(s, ARENA_SIZE);
			if (len + 4 > DIALOG_BUFFER_BYTES)
				CHECK_EQ(played->close_reason, CLOSE_TOO_LARGE);
			else
				CHECK(played->close_reason != CLOSE_TOO_LARGE);
			played_check_equal(dialog_play(fixture_policy(), ARENA_SIZE, s, NULL,
						       SIZE_MAX),
					   played);
		}
	free(text);
}

/* One field that is larger than all that may be kept: deferred, up to the largest packet of all. */
TEST(a_field_larger_than_the_limit)
{
	static const size_t sizes[] = { ARENA_SIZE, 500000, MILTER_PACKET_MAX_BYTES - 10 };

	for (size_t i = 0; i < N_ELEMENTS(sizes); i++) {
		struct stream *s = stream_new();
		const struct played *played;

		harness_row("%zu bytes", sizes[i]);
		stream_open(s);
		begin_message(s);
		put_large_field(s, "X-Large", sizes[i]);
		stream_content(s, "4ABC", no_fields);
		stream_message(s, "4BCD");
		stream_empty(s, 'Q');
		played = play_some_ways(s, ARENA_SIZE);
		CHECK(played_says(played, "4ABC: tempfail limit"));
		CHECK(played_says(played, "4BCD: accept authorised"));
		CHECK_EQ(played->close_reason, CLOSE_QUIT);
	}
}

/* What a message takes depends on its fields only: not on macros between them, nor on pieces. */
TEST(the_limit_is_exact)
{
	size_t accepted = 0;

	for (size_t len = 8000; len < 16000; len += 61) {
		struct stream *s = stream_new();
		bool fits;

		stream_open(s);
		begin_message(s);
		stream_header(s, "From", " alice@contoso.com");
		stream_header(s, "X-OriginatorOrg", " contoso.com");
		put_large_field(s, "X-Large", len);
		put_large_field(s, "X-Large", len);
		stream_content(s, "4ABC", no_fields);
		fits = played_says(play_some_ways(s, ARENA_SIZE), "4ABC: accept authorised");
		CHECK(!fits || accepted == 0 || accepted == len - 61);
		accepted = fits ? len : accepted;
	}
	CHECK(accepted > ARENA_SIZE / 4 && accepted < ARENA_SIZE / 2);
}

/* --- between messages ------------------------------------------------------------------------- */

/* More recipients than the small buffer holds, so that what follows is received into the arena. */
static void begin_long_message(struct stream *s)
{
	begin_message(s);
	for (int i = 0; i < 200; i++)
		stream_string(s, 'R', "<someone@somewhere.elsewhere.example>");
}

/* An aborted message that nearly filled its arena says nothing about the next, in any pieces. */
TEST(a_full_arena_is_of_its_message)
{
	for (size_t n = 350; n < 520; n++) {
		struct stream *s = stream_new();
		size_t next;

		stream_open(s);
		begin_long_message(s);
		for (size_t i = 0; i < n; i++)
			stream_header(s, "x", "");
		stream_empty(s, 'A');
		next = s->len;
		stream_message(s, "4ABC");
		for (size_t cut = next + 1; cut < next + 60; cut += 7) {
			const struct played *played;

			harness_row("%zu fields, cut %zu bytes later", n, cut - next);
			played = dialog_play(fixture_policy(), ARENA_SIZE, s, &cut, 1);
			CHECK_EQ(played->n_answers, 1);
			CHECK(played_says(played, "4ABC: accept authorised"));
		}
	}
}

/* The limit before MAIL holds between messages too, whether or not an arena is still lent. */
TEST(a_packet_too_large_between_messages)
{
	for (size_t len = DIALOG_BUFFER_BYTES - 8; len < DIALOG_BUFFER_BYTES + 8; len++) {
		struct stream *s = stream_new();
		char text[2 * DIALOG_BUFFER_BYTES];
		const struct played *played;

		harness_row("%zu bytes", len);
		memset(text, 'x', sizeof(text));
		stream_open(s);
		begin_long_message(s);
		stream_empty(s, 'A');
		text[len - 2] = '\0';
		stream_packet(s, 'H', text, len - 1);
		stream_message(s, "4ABC");
		stream_empty(s, 'Q');
		played = play_some_ways(s, ARENA_SIZE);
		if (len + 4 > DIALOG_BUFFER_BYTES)
			CHECK_EQ(played->close_reason, CLOSE_TOO_LARGE);
		else
			CHECK_EQ(played->close_reason, CLOSE_QUIT);
	}
}

/* Any cut around a large packet between messages leaves room to receive to. */
TEST(there_is_always_room)
{
	struct stream *s = stream_new();
	char text[3 * DIALOG_BUFFER_BYTES];
	size_t at;

	memset(text, 'x', sizeof(text));
	stream_open(s);
	begin_long_message(s);
	stream_empty(s, 'A');
	at = s->len;
	stream_packet(s, 'H', text, sizeof(text));
	for (size_t cut = at; cut < s->len; cut++) {
		const struct played *played;

		harness_row("cut %zu bytes into it", cut - at);
		played = dialog_play(fixture_policy(), ARENA_SIZE, s, &cut, 1);
		CHECK(played->closed);
		CHECK_EQ(played->close_reason, CLOSE_TOO_LARGE);
	}
}

/* --- anything --------------------------------------------------------------------------------- */

static uint32_t random_u32(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* A good conversation with a byte changed anywhere: the same answers, whatever the pieces. */
TEST(damaged_conversations)
{
	uint32_t state = 1;

	for (int turn = 0; turn < 3000; turn++) {
		struct stream *s = stream_new();
		size_t at, cut;

		stream_open(s);
		stream_message(s, "4ABC");
		stream_message(s, "4BCD");
		at = random_u32(&state) % s->len;
		s->bytes[at] = (char)random_u32(&state);
		cut = 1 + random_u32(&state) % (s->len - 1);
		harness_row("turn %d: byte %zu is %d, cut at %zu", turn, at, s->bytes[at], cut);
		played_check_equal(dialog_play(fixture_policy(), ARENA_SIZE, s, &cut, 1),
				   dialog_play(fixture_policy(), ARENA_SIZE, s, NULL, SIZE_MAX));
	}
}

HARNESS_MAIN
