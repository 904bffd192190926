// SPDX-License-Identifier: Apache-2.0
/* Packets of a body go to the session as they come: in any pieces the same, and none is held. */
#include "dialog.h"

#include <stdlib.h>

#include "fixture.h"
#include "fixture_dkim.h"
#include "harness.h"

#define TAGS	   "v=1; a=rsa-sha256; c=relaxed/relaxed; d=fabrikam.com; s=sel; h=from"
#define HEADER	   "from:alice@fabrikam.com\r\n"
#define LINE	   "A line of the body\r\n"
#define ARENA_SIZE (64u * 1024)
#define LARGE	   (MILTER_PACKET_MAX_BYTES - 1)

/* What an MTA offers that waits for a reply to each event. */
#define NO_NR 0x10007f

static struct policy *native_policy(void)
{
	struct policy *policy = fixture_policy();

	policy->dkim_source = POLICY_DKIM_NATIVE;
	policy->dkim = (struct policy_dkim){ .signatures = 8, .min_rsa_bits = 1024 };
	policy->reads_body = true;
	policy->missing_certificate = POLICY_MISSING_IGNORE;
	fixture_fabrikam()->proofs = 1; /* and one more for want of a certificate */
	return policy;
}

/* So many lines of a body. */
static char *lines(size_t n)
{
	char *text = malloc(n * strlen(LINE) + 1);

	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		memcpy(text + i * strlen(LINE), LINE, strlen(LINE) + 1);
	return text;
}

static void open_waiting(struct stream *s)
{
	stream_offer(s, 6, 0x1ff, NO_NR);
	stream_connect(s, '4', EXO_V4);
	stream_string(s, 'H', "client.example");
}

/* Signed for the body, and then the body, in packets of so many bytes. */
static void add_message(struct stream *s, const char *signed_body, const char *body, size_t packet)
{
	char value[1024];

	fixture_dkim_sign(TAGS, HEADER, signed_body, value, sizeof(value));
	stream_string(s, 'M', "<alice@fabrikam.com>");
	stream_string(s, 'R', "<bob@elsewhere.example>");
	stream_header(s, "DKIM-Signature", value);
	stream_header(s, "From", " alice@fabrikam.com");
	stream_header(s, "X-MS-Exchange-CrossTenant-Id", " " FABRIKAM_ID);
	for (size_t left = strlen(body); left;) {
		size_t len = left < packet ? left : packet;

		stream_macros(s, 'B', "i", "4ABC", NULL);
		stream_packet(s, 'B', body, len);
		body += len;
		left -= len;
	}
	stream_empty(s, 'E');
	stream_empty(s, 'A');
}

/* One reply a packet, however it comes; a packet of a body that has nothing in it is one, too. */
TEST(small_packets_split_everywhere)
{
	struct policy *policy = native_policy();
	struct stream *s = stream_new();
	char *body = lines(8);
	const struct played *played;

	open_waiting(s);
	add_message(s, body, body, 50);
	add_message(s, "other\r\n", body, 50);
	stream_string(s, 'M', "<alice@fabrikam.com>");
	stream_string(s, 'R', "<bob@elsewhere.example>");
	stream_empty(s, 'B');
	stream_empty(s, 'E');
	played = dialog_play_all_ways(policy, ARENA_SIZE, s);
	CHECK_EQ(played->n_answers, 3);
	CHECK(played_says(played, "accept authorised"));
	CHECK(played_says(played, "reject proof-missing"));
	CHECK(!played->closed);
	free(body);
}

/* Larger than the small buffer and than a read, cut where packets and lines do not end. */
TEST(large_packets_in_pieces)
{
	static const size_t sizes[] = { 1, 7, 1000, 4096, 16385 };
	static size_t cuts[STREAM_MAX / 7];
	struct policy *policy = native_policy();
	char *body = lines(8000);
	struct stream *s = stream_new();
	struct played whole;

	open_waiting(s);
	add_message(s, body, body, 65535);
	add_message(s, body, body, 3070);
	add_message(s, "other\r\n", body, 65535);
	whole = *dialog_play(policy, ARENA_SIZE, s, NULL, 0);
	CHECK_EQ(whole.n_answers, 3);
	CHECK(played_says(&whole, "accept authorised"));
	CHECK(played_says(&whole, "reject proof-missing"));
	for (size_t i = 0; i < N_ELEMENTS(sizes); i++) {
		size_t n = 0;

		harness_row("pieces of %zu", sizes[i]);
		for (size_t at = sizes[i]; sizes[i] > 1 && at < s->len; at += sizes[i])
			cuts[n++] = at;
		played_check_equal(dialog_play(policy, ARENA_SIZE, s, sizes[i] > 1 ? cuts : NULL,
					       sizes[i] > 1 ? n : SIZE_MAX),
				   &whole);
	}
	free(body);
}

/* What the arena holds does not grow with the packet: the header, its records, and one read. */
TEST(the_largest_packet_is_not_held)
{
	static const size_t header_and_records = 10000, piece = 4096;
	static size_t cuts[STREAM_MAX / 4096];
	struct policy *policy = native_policy();
	char *body = lines(LARGE / strlen(LINE));
	struct stream *s = stream_new();
	const struct played *played;
	size_t n = 0;

	stream_open(s);
	add_message(s, body, body, LARGE);
	for (size_t at = piece; at < s->len; at += piece)
		cuts[n++] = at;
	played = dialog_play(policy, ARENA_SIZE, s, cuts, n);
	CHECK(played_says(played, "accept authorised"));
	CHECK(played->most_bytes <= header_and_records + piece);
	played = dialog_play(policy, ARENA_SIZE, s, NULL, 0);
	CHECK(played_says(played, "accept authorised"));
	CHECK(played->most_bytes <= header_and_records + DIALOG_READ_BYTES);
	free(body);
}

/* A connection that ends within a packet gives back what its message held. */
TEST(the_end_within_a_packet)
{
	struct policy *policy = native_policy();
	struct stream *s = stream_new();
	char *body = lines(500);
	size_t len;

	open_waiting(s);
	add_message(s, body, body, LARGE);
	for (len = s->len; len > s->len - 9000; len -= 307) {
		struct stream part = { s->bytes, len };
		const struct played *played = dialog_play(policy, ARENA_SIZE, &part, NULL, 0);

		harness_row("%zu bytes", len);
		CHECK(!played->closed);
		CHECK_EQ(fixture_dkim_n_hashes, 0);
	}
	free(body);
}

HARNESS_MAIN
