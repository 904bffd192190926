// SPDX-License-Identifier: Apache-2.0
/* Whole conversations, each in every two-way split; and the limits of what is received. */
#include "dialog.h"

#include <stdlib.h>

#include "fixture.h"
#include "harness.h"

#define ARENA_SIZE (32u * 1024)

static const struct fixture_field nothing[] = { { NULL, NULL } };

static const struct fixture_field no_evidence[] = {
	{ "From", " alice@contoso.com" },
	{ NULL, NULL },
};

static const struct fixture_field conflict[] = {
	{ "From", " alice@contoso.com" },
	{ "X-MS-Exchange-CrossTenant-Id", " " FABRIKAM_ID },
	{ NULL, NULL },
};

#define AUTHORISED_EDITS                                                \
	"delete Authentication-Results 1\n"                             \
	"delete X-MS-Exchange-Organization-SCL 1\n"                     \
	"from <alice@contoso.example.net>\n"                            \
	"change From 1: Alice Contoso\n\t<alice@contoso.example.net>\n" \
	"insert Authentication-Results 0: relay.example.net;\n"         \
	"\tx-exogate=pass policy.proof=stamp\n"                         \
	"\tpolicy.tenant=contoso header.from=contoso.com\n"
#define ANSWER(id, what) id ": " what " from=known msgid= netid= client=" EXO_V4 "\n"
#define AUTHORISED(id)                                                                      \
	id ": accept authorised from=known msgid=<1@contoso.com> netid=0b1c client=" EXO_V4 \
	   "\n" AUTHORISED_EDITS

#define ANSWER_V6(id, what) id ": " what " from=known msgid= netid= client=" EXO_V6 "\n"
#define WITHOUT_CERTIFICATE(id) \
	id ": tempfail cert-missing from=known msgid=<1@contoso.com> netid=0b1c client=" EXO_V4 "\n"

static void check_answers(const struct played *played, const char *wanted)
{
	CHECK_BYTES(played->answers, played->answers_len, wanted, strlen(wanted));
}

static void check_quit(const struct played *played)
{
	CHECK(played->closed);
	CHECK_EQ(played->close_reason, CLOSE_QUIT);
}

/* The commands of the packets that were sent, in order. */
static void check_replies(const struct played *played, const char *wanted)
{
	char commands[256];
	size_t at = 0, n = 0;

	while (at < played->output_len && n < sizeof(commands)) {
		commands[n++] = played->output[at + 4];
		at += 4 + milter_get_u32(played->output + at);
	}
	CHECK_EQ(at, played->output_len);
	CHECK_BYTES(commands, n, wanted, strlen(wanted));
}

static const struct played *play_all(struct stream *s)
{
	return dialog_play_all_ways(fixture_policy(), ARENA_SIZE, s);
}

static const struct played *play_whole(struct stream *s)
{
	return dialog_play(fixture_policy(), ARENA_SIZE, s, NULL, 0);
}

/* --- conversations ---------------------------------------------------------------------------- */

/* As Postfix ends a session: two ABORTs and QUIT in one write, and none of them answered. */
TEST(one_message)
{
	struct stream *s = stream_new();
	const struct played *played;

	stream_open(s);
	stream_message(s, "4ABC");
	stream_empty(s, 'A');
	stream_empty(s, 'Q');
	played = play_all(s);
	check_answers(played, AUTHORISED("4ABC"));
	check_replies(played, "Ommemia");
	check_quit(played);
	CHECK_EQ(played->n_lent, 1);
}

/* Several messages, of which one is refused and one is given up after RCPT. */
TEST(several_messages)
{
	struct stream *s = stream_new();
	const struct played *played;

	stream_open(s);
	stream_message(s, "4ABC");
	stream_envelope(s, "alice@contoso.com", "bob@elsewhere.example");
	stream_content(s, "4BCD", conflict);
	stream_envelope(s, "alice@contoso.com", "bob@elsewhere.example");
	stream_empty(s, 'A'); /* RSET */
	stream_envelope(s, "alice@contoso.com", "bob@elsewhere.example");
	stream_content(s, "4CDE", no_evidence);
	stream_message(s, "4DEF");
	stream_empty(s, 'A');
	stream_empty(s, 'Q');
	played = play_all(s);
	check_answers(played, AUTHORISED("4ABC") ANSWER("4BCD", "reject tenant-conflict")
				      ANSWER("4CDE", "reject proof-missing") AUTHORISED("4DEF"));
	check_replies(played, "Ommemiayymmemia");
	check_quit(played);
}

/* RFC 3207 4.2: what was said before STARTTLS is void, and the certificate comes with its HELO. */
TEST(starttls)
{
	struct stream *s = stream_new();
	const struct played *played;

	stream_offer(s, 6, 0x1ff, 0x1fffff);
	stream_macros(s, 'C', "v", "Postfix 3.7.11", NULL);
	stream_connect(s, '4', EXO_V4);
	stream_macros(s, 'H', NULL);
	stream_string(s, 'H', "first.example");
	stream_envelope(s, "alice@contoso.com", "bob@elsewhere.example");
	stream_content(s, "4ABC", no_evidence);
	stream_empty(s, 'A');
	stream_macros(s, 'H', "{tls_version}", "TLSv1.3", "{cert_subject}", CERTIFICATE_NAME, NULL);
	stream_string(s, 'H', "second.example");
	stream_message(s, "4BCD");
	stream_macros(s, 'H', NULL);
	stream_string(s, 'H', "third.example");
	stream_message(s, "4CDE");
	stream_empty(s, 'Q');
	played = play_all(s);
	check_answers(played, ANSWER("4ABC", "tempfail cert-missing") AUTHORISED("4BCD")
				      WITHOUT_CERTIFICATE("4CDE"));
	check_quit(played);
}

/* The socket stays, no new offer is made, and the next client is another one. */
TEST(quit_nc)
{
	struct stream *s = stream_new();
	const struct played *played;

	stream_open(s);
	stream_message(s, "4ABC");
	stream_empty(s, 'K');
	stream_macros(s, 'C', "v", "Postfix 3.7.11", NULL);
	stream_connect(s, '6', "IPv6:" EXO_V6);
	stream_macros(s, 'H', NULL);
	stream_string(s, 'H', "x.example");
	stream_envelope(s, "alice@contoso.com", "bob@elsewhere.example");
	stream_content(s, "4BCD", no_evidence);
	stream_empty(s, 'Q');
	played = play_all(s);
	check_answers(played, AUTHORISED("4ABC") ANSWER_V6("4BCD", "tempfail cert-missing"));
	check_quit(played);
}

/* In the middle of a message too. */
TEST(quit_nc_within_a_message)
{
	struct stream *s = stream_new();
	const struct played *played;

	stream_open(s);
	stream_envelope(s, "alice@contoso.com", "bob@elsewhere.example");
	stream_header(s, "From", " alice@contoso.com");
	stream_empty(s, 'K');
	stream_macros(s, 'C', "v", "Postfix 3.7.11", NULL);
	stream_connect(s, '4', "203.0.113.1");
	stream_string(s, 'H', "x.example");
	stream_message(s, "4BCD");
	stream_empty(s, 'Q');
	played = play_all(s);
	check_answers(played, "4BCD: reject client-other from=known msgid=<1@contoso.com> "
			      "netid=0b1c client=203.0.113.1\n");
	CHECK(!played->arena_lent);
}

/* An MTA that waits for each reply (no NR_ offered) gets one for each event, and no other. */
TEST(every_event_answered)
{
	struct stream *s = stream_new();
	const struct played *played;

	stream_offer(s, 2, 0x3f, 0);
	stream_macros(s, 'C', "v", "Postfix 2.3", NULL);
	stream_connect(s, '4', EXO_V4);
	stream_macros(s, 'H', "{tls_version}", "TLSv1.2", "{cert_subject}", CERTIFICATE_NAME, NULL);
	stream_string(s, 'H', "x.example");
	stream_string(s, 'M', "<alice@contoso.com>");
	stream_string(s, 'R', "<bob@elsewhere.example>");
	stream_header(s, "From", "alice@contoso.onmicrosoft.com");
	stream_header(s, "X-OriginatorOrg", "contoso.com");
	stream_empty(s, 'N');
	stream_packet(s, 'B', "body\r\n", 6);
	stream_packet(s, 'E', "last\r\n", 6);
	stream_empty(s, 'A');
	stream_empty(s, 'Q');
	played = play_all(s);
	/* offer; C H; M R; L L N B; and an action that version 2 lacks is not asked for */
	check_replies(played, "Occccccccy");
	CHECK(played_says(played, "tempfail edits-refused"));
	check_quit(played);
}

/* Unknown commands between any two others, with macros of their own. */
TEST(unknown_commands)
{
	struct stream *s = stream_new();
	const struct played *played;

	stream_open(s);
	stream_macros(s, 'U', NULL);
	stream_string(s, 'U', "HELP");
	stream_envelope(s, "alice@contoso.com", "bob@elsewhere.example");
	stream_string(s, 'U', "FOO");
	stream_content(s, "4ABC", no_evidence);
	stream_string(s, 'U', "BAR");
	stream_empty(s, 'Q');
	played = play_all(s);
	check_answers(played, ANSWER("4ABC", "reject proof-missing"));
	check_replies(played, "Oy");
	check_quit(played);
}

/* Macros of a class that we do not know. */
TEST(unknown_macro_class)
{
	struct stream *s = stream_new();

	stream_open(s);
	stream_macros(s, '~', "x", "y", NULL);
	stream_packet(s, 'D', "Hodd", 4);
	stream_empty(s, 'Q');
	check_quit(play_all(s));
}

/* Body bytes in any chunks, none, and with the end of message; never a reply. */
TEST(bodies_though_switched_off)
{
	struct stream *s = stream_new();
	static char chunk[65535];
	const struct played *played;

	stream_open(s);
	stream_envelope(s, "alice@contoso.com", "bob@elsewhere.example");
	stream_header(s, "From", " alice@contoso.com");
	for (int i = 0; i < 20; i++)
		stream_packet(s, 'B', chunk, 4000);
	stream_packet(s, 'B', NULL, 0);
	stream_packet(s, 'E', chunk, 100);
	stream_empty(s, 'Q');
	played = play_whole(s);
	check_replies(played, "Oy");
	CHECK(played_says(played, "reject proof-missing"));
	played_check_equal(dialog_play(fixture_policy(), ARENA_SIZE, s, NULL, SIZE_MAX), played);
}

/* The client vanishes. */
TEST(end_of_stream_anywhere)
{
	struct stream *s = stream_new();
	size_t len;

	stream_open(s);
	stream_message(s, "4ABC");
	len = s->len;
	for (s->len = 0; s->len < len; s->len++)
		CHECK(!play_whole(s)->closed);
}

/* Attacks S1 to S6 on the wire: what went before changes nothing. */
TEST(nothing_leaks_from_message_to_message)
{
	static const struct fixture_field *const firsts[] = { nothing, no_evidence, conflict };
	struct stream *s = stream_new();
	const struct played *played;
	size_t open_len;

	stream_open(s);
	open_len = s->len;
	for (size_t i = 0; i < N_ELEMENTS(firsts); i++)
		for (int aborted = 0; aborted < 2; aborted++) {
			harness_row("first %zu, aborted %d", i, aborted);
			s->len = open_len;
			stream_envelope(s, "alice@contoso.com", "bob@elsewhere.example");
			stream_content(s, "4AAA", firsts[i]);
			if (aborted)
				s->len -= 10; /* no E and A, but */
			stream_empty(s, 'A');
			stream_message(s, "4ABC");
			stream_envelope(s, "alice@contoso.com", "bob@elsewhere.example");
			stream_content(s, "4BCD", no_evidence);
			played = play_whole(s);
			CHECK(played_says(played, AUTHORISED("4ABC")
							  ANSWER("4BCD", "reject proof-missing")));
			CHECK_EQ(played->n_answers, aborted ? 2 : 3);
		}
}

/* --- what closes ------------------------------------------------------------------------------ */

static void check_close(struct stream *s, enum close_reason reason)
{
	const struct played *played = play_all(s);

	CHECK(played->closed);
	CHECK_EQ(played->close_reason, reason);
}

TEST(bad_frames)
{
	static const char *const lengths[] = { "\0\0\0\0", "\xff\xff\xff\xff", "\0\x10\0\1" };

	for (size_t i = 0; i < N_ELEMENTS(lengths); i++) {
		struct stream *s = stream_new();

		harness_row("length %zu", i);
		stream_raw(s, lengths[i], 4);
		check_close(s, CLOSE_BAD_FRAME);
		s = stream_new();
		stream_open(s);
		stream_envelope(s, "alice@contoso.com", "bob@elsewhere.example");
		stream_raw(s, lengths[i], 4);
		check_close(s, CLOSE_BAD_FRAME);
	}
}

TEST(bad_packets)
{
	static const struct {
		const char *packet;
		size_t len;
	} rows[] = {
		{ "z", 1 },	{ "c", 1 }, { "Hx", 2 },  { "M<a@b>", 6 },
		{ "LName", 5 }, { "C", 1 }, { "O\0", 2 }, { "D", 1 },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct stream *s = stream_new();

		harness_row("%s", rows[i].packet);
		stream_open(s);
		stream_packet(s, rows[i].packet[0], rows[i].packet + 1, rows[i].len - 1);
		check_close(s, CLOSE_BAD_PACKET);
	}
}

TEST(versions_too_old)
{
	struct stream *s = stream_new();

	stream_offer(s, 1, 0x1ff, 0x1fffff);
	check_close(s, CLOSE_BAD_VERSION);
}

TEST(out_of_order)
{
	struct stream *s = stream_new();

	stream_connect(s, '4', EXO_V4); /* before the offer */
	check_close(s, CLOSE_OUT_OF_ORDER);
	s = stream_new();
	stream_empty(s, 'A');
	check_close(s, CLOSE_OUT_OF_ORDER);
	s = stream_new();
	stream_open(s);
	stream_offer(s, 6, 0x1ff, 0x1fffff); /* a second offer */
	check_close(s, CLOSE_OUT_OF_ORDER);
	s = stream_new();
	stream_open(s);
	stream_header(s, "From", "x");
	check_close(s, CLOSE_OUT_OF_ORDER);
	s = stream_new();
	stream_open(s);
	stream_message(s, "4ABC");
	stream_empty(s, 'E');
	check_close(s, CLOSE_OUT_OF_ORDER);
}

TEST(quit_before_anything)
{
	struct stream *s = stream_new();

	stream_empty(s, 'Q');
	check_close(s, CLOSE_QUIT);
}

TEST(close_words)
{
	struct span word = close_reason_word(CLOSE_OUT_OF_ORDER);

	CHECK_BYTES(word.p, word.len, "out-of-order", 12);
	for (int i = CLOSE_QUIT; i <= CLOSE_TOO_LARGE; i++) {
		word = close_reason_word((enum close_reason)i);
		CHECK_EQ(word.p[word.len], '\0'); /* the log prints it as a string */
	}
}

HARNESS_MAIN
