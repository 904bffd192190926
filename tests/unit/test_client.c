// SPDX-License-Identifier: Apache-2.0
/*
 * The driver's client against what Postfix 3.7 was seen to send.  A seqpacket socket keeps the
 * client's writes apart.
 */
#include "client.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

#define ALL_NO_REPLY	0x1ff080u /* SMFIP_NR_* and HDR_LEADSPC */
#define NO_BODY_AND_EOH 0x50u

struct scene {
	struct client client;
	struct script script;
	struct corpus corpus;
	int milter; /* the other end */
	char got[65536];
	size_t n_got; /* bytes of all writes */
};

static struct scene scene;

static const struct stream_envelope envelope = { "40.107.1.2", "mail.example", "<a@b.example>",
						 "<c@d.example>" };

static void set_up(uint32_t steps)
{
	struct script *script = &scene.script;
	int fds[2];

	memset(&scene, 0, sizeof(scene));
	corpus_generate(1, 1, 4096, &scene.corpus);
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds) == 0);
	scene.milter = fds[1];
	script->steps = steps;
	script->messages = calloc(1, sizeof(*script->messages));
	script->n_messages = 1;
	stream_make_offer(&script->offer);
	stream_make_opening(&envelope, steps, &script->opening);
	stream_make_closing(&script->closing);
	CHECK(stream_make_message(&scene.corpus.messages[0].text, &envelope, steps,
				  &script->messages[0], stderr));
	scene.client = (struct client){
		.fd = fds[0],
		.want = CLIENT_WRITE,
		.script = script,
		.stream = &script->offer,
	};
}

static void tear_down(void)
{
	close(scene.client.fd);
	close(scene.milter);
	script_free(&scene.script);
	corpus_free(&scene.corpus);
}

/* The size of the next write, taken in. */
static size_t take_write(void)
{
	ssize_t n = recv(scene.milter, scene.got + scene.n_got, sizeof(scene.got) - scene.n_got, 0);

	if (n > 0)
		scene.n_got += (size_t)n;
	return n > 0 ? (size_t)n : 0;
}

/* Writes until it wants something else; how many writes that took, their sizes in out. */
static size_t write_all(size_t out[16])
{
	size_t n = 0;

	while (scene.client.want == CLIENT_WRITE && n < 16) {
		client_write(&scene.client);
		out[n++] = take_write();
	}
	return n;
}

static enum client_want answer(const char *bytes, size_t len)
{
	CHECK(send(scene.milter, bytes, len, 0) == (ssize_t)len);
	return client_read(&scene.client);
}

#define ANSWER(literal) answer((literal), sizeof(literal) - 1)

static void negotiate(void)
{
	char reply[17] = { 0, 0, 0, 13, 'O', 0, 0, 0, 6, 0, 0, 1, 0xff - 256 };
	size_t sizes[16];

	CHECK_EQ(write_all(sizes), 1);
	CHECK_EQ(sizes[0], 17);
	CHECK_EQ(scene.client.want, CLIENT_ANSWER);
	milter_put_u32(reply + 13, scene.script.steps);
	CHECK_EQ(answer(reply, sizeof(reply)), CLIENT_WRITE);
}

/* --- what is sent ----------------------------------------------------------------------------- */

TEST(with_no_answers_due_a_message_is_four_writes)
{
	size_t sizes[16], n;

	set_up(ALL_NO_REPLY | NO_BODY_AND_EOH);
	negotiate();
	CHECK_EQ(write_all(sizes), 1);
	CHECK_EQ(scene.client.want, CLIENT_NEXT);
	client_send(&scene.client, 0);
	n = write_all(sizes);
	CHECK_EQ(n, 4); /* the envelope, by smtpd; the header, by cleanup */
	CHECK_EQ(sizes[1], 4096);
	CHECK_EQ(sizes[2], 4096);
	CHECK(sizes[3] > 0 && sizes[3] < 4096);
	CHECK_EQ(scene.client.want, CLIENT_ANSWER);
	CHECK_EQ(ANSWER("\0\0\0\x05i\0\0\0\0\0\0\0\x01"
			"a"),
		 CLIENT_NEXT);
	CHECK(scene.client.judged && scene.client.verdict == REPLY_ACCEPT);
	client_quit(&scene.client);
	CHECK_EQ(write_all(sizes), 1);
	CHECK_BYTES(scene.got + scene.n_got - 15, 15,
		    "\0\0\0\x01"
		    "A\0\0\0\x01"
		    "A\0\0\0\x01Q",
		    15);
	CHECK_EQ(scene.client.want, CLIENT_GONE);
	tear_down();
}

/* ABORT of a message goes with the next one's MAIL. */
TEST(a_second_message_begins_with_abort)
{
	size_t sizes[16], before;

	set_up(ALL_NO_REPLY | NO_BODY_AND_EOH);
	negotiate();
	write_all(sizes);
	for (int i = 0; i < 2; i++) {
		before = scene.n_got;
		client_send(&scene.client, 0);
		write_all(sizes);
		harness_row("message %d", i);
		CHECK_EQ(scene.got[before + 4], i == 0 ? 'D' : 'A');
		CHECK_EQ(ANSWER("\0\0\0\x01"
				"c"),
			 CLIENT_NEXT);
	}
	tear_down();
}

/* The commands of all packets that were sent, a letter each; macros as the stage in lower case. */
static void commands(char out[512])
{
	static const char stages[] = "CcHhMmRrTtLlNnBbEe";
	size_t n = 0;

	for (size_t at = 0; at < scene.n_got && n < 511;) {
		uint32_t len = milter_get_u32(scene.got + at);
		char command = scene.got[at + 4];

		if (command == 'D')
			memcpy(&out[n++], strchr(stages, scene.got[at + 5]) + 1, 1);
		else
			out[n++] = command;
		at += 4 + len;
		CHECK(at <= scene.n_got);
	}
	out[n] = '\0';
}

/* Says c to every event, as far as the whole of a message; what was sent. */
static void converse(uint32_t steps, char out[512])
{
	size_t sizes[16];
	bool sent = false;

	set_up(steps);
	negotiate();
	scene.n_got = 0;
	for (int i = 0; i < 200 && !(sent && scene.client.want == CLIENT_NEXT); i++) {
		write_all(sizes);
		if (scene.client.want == CLIENT_NEXT && !sent) {
			client_send(&scene.client, 0);
			sent = true;
		} else if (scene.client.want == CLIENT_ANSWER) {
			ANSWER("\0\0\0\x01"
			       "c");
		}
	}
	commands(out);
	tear_down();
}

static void repeat(char *out, const char *what, size_t n)
{
	while (n--)
		strcat(out, what);
}

/* As transcribed: macros before each event, EHLO twice with an ABORT between. */
TEST(every_event_follows_its_macros)
{
	static const uint32_t steps[] = { 0, ALL_NO_REPLY };
	char wanted[512] = "cChHAhHmMrRtT", got[512];

	repeat(wanted, "lL", CORPUS_HEADER_FIELDS);
	strcat(wanted, "nNbBeE");
	for (size_t i = 0; i < 2; i++) {
		converse(steps[i], got);
		harness_row("steps 0x%x", steps[i]);
		CHECK_BYTES(got, strlen(got), wanted, strlen(wanted));
	}
}

/* NOCONNECT NOHELO NOEOH NOUNKNOWN NODATA, and NOBODY: what Postfix still sends is macros. */
TEST(of_events_that_are_off_the_macros_are_left)
{
	char wanted[512] = "chAhmMrRt", got[512];

	repeat(wanted, "lL", CORPUS_HEADER_FIELDS);
	strcat(wanted, "eE");
	converse(0x343 | 0x10, got);
	CHECK_BYTES(got, strlen(got), wanted, strlen(wanted));
}

TEST(skip_ends_the_events_of_that_kind)
{
	size_t sizes[16];
	char got[512];

	set_up(0);
	negotiate();
	scene.n_got = 0;
	for (int i = 0; i < 40 && scene.client.want != CLIENT_NEXT; i++) {
		write_all(sizes);
		if (scene.client.want == CLIENT_ANSWER)
			ANSWER("\0\0\0\x01"
			       "c");
	}
	client_send(&scene.client, 0);
	for (int i = 0; i < 200 && !scene.client.judged; i++) {
		write_all(sizes);
		if (scene.client.stream->parts[scene.client.part].event == 'L')
			ANSWER("\0\0\0\x01s");
		else
			ANSWER("\0\0\0\x01"
			       "c");
	}
	commands(got);
	CHECK_BYTES(got, strlen(got), "cChHAhHmMrRtTlLnNbBeE", 21);
	tear_down();
}

/* HDR_LEADSPC: with it the blank after the colon is the filter's to see, without it not. */
TEST(the_leading_blank_is_negotiated)
{
	for (int leading = 0; leading < 2; leading++) {
		const struct stream *message;
		const char *at;

		set_up(leading ? 0x100000 : 0);
		message = &scene.script.messages[0];
		at = memmem(message->bytes.p, message->bytes.len, "publictraffictype", 17);
		harness_row("leading space %d", leading);
		if (CHECK(at != NULL))
			CHECK_BYTES(at + 18, 3, leading ? " Em" : "Ema", 3);
		tear_down();
	}
}

/* --- what a milter may do wrong --------------------------------------------------------------- */

TEST(an_answer_that_is_not_due_is_a_failure)
{
	size_t sizes[16];

	set_up(ALL_NO_REPLY);
	negotiate();
	write_all(sizes);
	CHECK_EQ(ANSWER("\0\0\0\x01"
			"c"),
		 CLIENT_FAILED);
	CHECK(strstr(scene.client.complaint, "no answer is due") != NULL);
	tear_down();
}

TEST(another_agreement_is_a_failure)
{
	size_t sizes[16];

	set_up(ALL_NO_REPLY);
	write_all(sizes);
	CHECK_EQ(ANSWER("\0\0\0\x0dO\0\0\0\x06\0\0\x01\xff\0\0\0\0"), CLIENT_FAILED);
	tear_down();
}

TEST(a_closed_connection_is_a_failure)
{
	size_t sizes[16];

	set_up(ALL_NO_REPLY);
	negotiate();
	write_all(sizes);
	shutdown(scene.milter, SHUT_RDWR);
	CHECK_EQ(client_read(&scene.client), CLIENT_FAILED);
	tear_down();
}

TEST(a_refusal_before_the_end_is_a_verdict)
{
	size_t sizes[16];

	set_up(0);
	negotiate();
	for (int i = 0; i < 40 && scene.client.want != CLIENT_NEXT; i++) {
		write_all(sizes);
		if (scene.client.want == CLIENT_ANSWER)
			ANSWER("\0\0\0\x01"
			       "c");
	}
	client_send(&scene.client, 0);
	write_all(sizes);
	CHECK_EQ(ANSWER("\0\0\0\x01"
			"t"),
		 CLIENT_NEXT);
	CHECK(scene.client.judged && scene.client.verdict == REPLY_TEMPFAIL);
	tear_down();
}

HARNESS_MAIN
