// SPDX-License-Identifier: Apache-2.0
#include "stream.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "milter_wire.h"

/* A milter gets at most so much of the body at once; MILTER_CHUNK_SIZE in Sendmail's mfdef.h. */
#define CHUNK_BYTES 65535u

#define QUEUE_ID "4ABC123456"

/* What switches an event off, and what does without its answer; SMFIP_* in mfapi.h. */
static const struct event_steps {
	char event;
	uint32_t no;
	uint32_t no_reply;
} event_steps[] = {
	{ MILTER_CONNECT, 0x1, MILTER_NR_CONNECT },
	{ MILTER_HELO, 0x2, MILTER_NR_HELO },
	{ MILTER_MAIL, 0x4, MILTER_NR_MAIL },
	{ MILTER_RCPT, 0x8, MILTER_NR_RCPT },
	{ MILTER_DATA, MILTER_NO_DATA, MILTER_NR_DATA },
	{ MILTER_HEADER, 0x20, MILTER_NR_HEADER },
	{ MILTER_END_OF_HEADERS, MILTER_NO_END_OF_HEADERS, MILTER_NR_END_OF_HEADERS },
	{ MILTER_BODY, MILTER_NO_BODY, MILTER_NR_BODY },
};

struct builder {
	struct stream *out;
	uint32_t steps;
	size_t flushed;
	char last_event;
};

static const char *const queue_macros[] = { "i", QUEUE_ID, NULL };

static struct event_steps steps_of(char event)
{
	for (size_t i = 0; i < sizeof(event_steps) / sizeof(event_steps[0]); i++)
		if (event_steps[i].event == event)
			return event_steps[i];
	return (struct event_steps){ event, 0, 0 };
}

static bool is_off(const struct builder *b, char event)
{
	return b->steps & steps_of(event).no;
}

static void put_string(struct builder *b, const char *s)
{
	bytes_put(&b->out->bytes, s, strlen(s) + 1);
}

static size_t begin(struct builder *b, char command)
{
	char head[MILTER_LENGTH_BYTES + 1] = { 0 };

	head[MILTER_LENGTH_BYTES] = command;
	bytes_put(&b->out->bytes, head, sizeof(head));
	return b->out->bytes.len - sizeof(head);
}

static void end(struct builder *b, size_t at)
{
	struct bytes *bytes = &b->out->bytes;

	milter_put_u32(bytes->p + at, (uint32_t)(bytes->len - at - MILTER_LENGTH_BYTES));
	b->last_event = bytes->p[at + MILTER_LENGTH_BYTES];
}

static void flush(struct builder *b, bool awaits_reply)
{
	struct stream *s = b->out;
	struct stream_part *grown;

	if (s->bytes.len == b->flushed)
		return;
	grown = realloc(s->parts, (s->n_parts + 1) * sizeof(*s->parts));
	if (!grown) {
		perror("exogate-bench");
		exit(1);
	}
	s->parts = grown;
	s->parts[s->n_parts++] = (struct stream_part){
		.at = b->flushed,
		.len = s->bytes.len - b->flushed,
		.event = b->last_event,
		.awaits_reply = awaits_reply,
	};
	b->flushed = s->bytes.len;
}

static void put_macros(struct builder *b, char stage, const char *const *pairs)
{
	size_t at = begin(b, MILTER_MACROS);

	bytes_put(&b->out->bytes, &stage, 1);
	for (; *pairs; pairs++)
		put_string(b, *pairs);
	end(b, at);
}

/* The event is whole: its answer is waited for unless the milter does without giving one. */
static void finish(struct builder *b, size_t at)
{
	char event = b->out->bytes.p[at + MILTER_LENGTH_BYTES];

	end(b, at);
	if (!(b->steps & steps_of(event).no_reply))
		flush(b, true);
}

static void put_event(struct builder *b, char command, const char *argument)
{
	size_t at;

	if (is_off(b, command))
		return;
	at = begin(b, command);
	if (argument)
		put_string(b, argument);
	finish(b, at);
}

static void put_bare(struct builder *b, char command)
{
	end(b, begin(b, command));
}

void stream_make_offer(struct stream *out)
{
	struct builder b = { .out = out };
	const uint32_t offer[] = { htonl(MILTER_VERSION_MAX), htonl(STREAM_ACTIONS),
				   htonl(STREAM_STEPS) };
	size_t at;

	memset(out, 0, sizeof(*out));
	at = begin(&b, MILTER_NEGOTIATE);
	bytes_put(&out->bytes, offer, sizeof(offer));
	end(&b, at);
	flush(&b, true);
}

static void put_connect(struct builder *b, const struct stream_envelope *envelope)
{
	const char *const macros[] = { "j",
				       "relay.example.net",
				       "{daemon_name}",
				       "relay.example.net",
				       "{daemon_addr}",
				       "192.0.2.25",
				       "v",
				       "Postfix 3.7.11",
				       "_",
				       "mail-out.example [40.107.1.2]",
				       NULL };
	const uint16_t port = htons(25);
	size_t at;

	put_macros(b, MILTER_CONNECT, macros);
	if (is_off(b, MILTER_CONNECT))
		return;
	at = begin(b, MILTER_CONNECT);
	put_string(b, "mail-out.example");
	bytes_put(&b->out->bytes, "4", 1);
	bytes_put(&b->out->bytes, &port, sizeof(port));
	put_string(b, envelope->client);
	finish(b, at);
}

/* EHLO, STARTTLS, which aborts, and EHLO again. */
void stream_make_opening(const struct stream_envelope *envelope, uint32_t steps, struct stream *out)
{
	const char *const no_macros[] = { NULL };
	const char *const tls_macros[] = { "{tls_version}",
					   "TLSv1.3",
					   "{cipher}",
					   "TLS_AES_256_GCM_SHA384",
					   "{cipher_bits}",
					   "256",
					   "{cert_subject}",
					   envelope->certificate,
					   "{cert_issuer}",
					   "DigiCert Cloud Services CA-1",
					   NULL };
	struct builder b = { .out = out, .steps = steps };

	memset(out, 0, sizeof(*out));
	put_connect(&b, envelope);
	put_macros(&b, MILTER_HELO, no_macros);
	put_event(&b, MILTER_HELO, "mail-out.example");
	put_bare(&b, MILTER_ABORT);
	put_macros(&b, MILTER_HELO, tls_macros);
	put_event(&b, MILTER_HELO, "mail-out.example");
	flush(&b, false);
}

static void put_envelope(struct builder *b, const struct stream_envelope *envelope)
{
	const char *const mail_macros[] = { "{mail_addr}",
					    envelope->mail_from,
					    "{mail_host}",
					    "next.example",
					    "{mail_mailer}",
					    "smtp",
					    NULL };
	const char *const rcpt_macros[] = {
		"{rcpt_addr}",	 envelope->rcpt, "{rcpt_host}", "next.example",
		"{rcpt_mailer}", "smtp",	 NULL
	};

	put_macros(b, MILTER_MAIL, mail_macros);
	put_event(b, MILTER_MAIL, envelope->mail_from);
	put_macros(b, MILTER_RCPT, rcpt_macros);
	put_event(b, MILTER_RCPT, envelope->rcpt);
	put_macros(b, MILTER_DATA, queue_macros);
	put_event(b, MILTER_DATA, NULL);
}

/* The line's length without its end; *next is where the following line begins. */
static size_t line_length(const char *p, const char *stop, const char **next)
{
	const char *lf = memchr(p, '\n', (size_t)(stop - p));
	size_t len = (size_t)((lf ? lf : stop) - p);

	*next = lf ? lf + 1 : stop;
	return len && p[len - 1] == '\r' ? len - 1 : len;
}

/* Without HDR_LEADSPC the first blank of a value is the MTA's own. */
static const char *value_after(const struct builder *b, const char *colon, const char *line_end)
{
	const char *value = colon + 1;

	if (!(b->steps & MILTER_HEADER_LEADING_SPACE) && value < line_end && *value == ' ')
		value++;
	return value;
}

/* A field with its continuation lines, joined by LF; returns where the next one begins. */
static const char *put_field(struct builder *b, const char *p, const char *stop)
{
	struct bytes *out = &b->out->bytes;
	const char *next, *colon, *value;
	size_t len = line_length(p, stop, &next), at;

	colon = memchr(p, ':', len);
	if (!colon)
		return NULL;
	value = value_after(b, colon, p + len);
	put_macros(b, MILTER_HEADER, queue_macros);
	at = begin(b, MILTER_HEADER);
	bytes_put(out, p, (size_t)(colon - p));
	bytes_put(out, "", 1);
	bytes_put(out, value, (size_t)(p + len - value));
	while (next < stop && (*next == ' ' || *next == '\t')) {
		p = next;
		len = line_length(p, stop, &next);
		bytes_put(out, "\n", 1);
		bytes_put(out, p, len);
	}
	bytes_put(out, "", 1);
	finish(b, at);
	return next;
}

/* Where the body begins. */
static const char *body_of(const char *p, const char *stop)
{
	const char *next;

	while (p < stop) {
		if (line_length(p, stop, &next) == 0)
			return next;
		p = next;
	}
	return stop;
}

static bool put_header(struct builder *b, const char *p, const char *stop, FILE *errors)
{
	const char *next;

	while (p < stop && line_length(p, stop, &next) != 0) {
		p = put_field(b, p, stop);
		b->out->n_fields++;
		if (p)
			continue;
		fprintf(errors, "exogate-bench: field %zu of the header has no colon\n",
			b->out->n_fields);
		return false;
	}
	return true;
}

static void put_body(struct builder *b, const char *p, const char *stop)
{
	while (p < stop) {
		size_t len = (size_t)(stop - p) < CHUNK_BYTES ? (size_t)(stop - p) : CHUNK_BYTES;
		size_t at;

		put_macros(b, MILTER_BODY, queue_macros);
		at = begin(b, MILTER_BODY);
		bytes_put(&b->out->bytes, p, len);
		finish(b, at);
		p += len;
	}
}

bool stream_make_message(const struct bytes *text, const struct stream_envelope *envelope,
			 uint32_t steps, struct stream *out, FILE *errors)
{
	struct builder b = { .out = out, .steps = steps };
	const char *stop = text->p + text->len, *body = body_of(text->p, stop);

	memset(out, 0, sizeof(*out));
	out->header_bytes = (size_t)(body - text->p);
	put_bare(&b, MILTER_ABORT);
	put_envelope(&b, envelope);
	flush(&b, false);
	if (!is_off(&b, MILTER_HEADER) && !put_header(&b, text->p, body, errors)) {
		stream_free(out);
		return false;
	}
	if (!is_off(&b, MILTER_END_OF_HEADERS))
		put_macros(&b, MILTER_END_OF_HEADERS, queue_macros);
	put_event(&b, MILTER_END_OF_HEADERS, NULL);
	if (!is_off(&b, MILTER_BODY))
		put_body(&b, body, stop);
	put_macros(&b, MILTER_END_OF_MESSAGE, queue_macros);
	put_event(&b, MILTER_END_OF_MESSAGE, NULL);
	return true;
}

void stream_make_closing(struct stream *out)
{
	struct builder b = { .out = out };

	memset(out, 0, sizeof(*out));
	put_bare(&b, MILTER_ABORT);
	put_bare(&b, MILTER_ABORT);
	put_bare(&b, MILTER_QUIT);
	flush(&b, false);
}

void stream_free(struct stream *stream)
{
	free(stream->bytes.p);
	free(stream->parts);
	memset(stream, 0, sizeof(*stream));
}
