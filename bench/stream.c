// SPDX-License-Identifier: Apache-2.0
#include "stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "milter_wire.h"

#define OFFERED_ACTIONS 0x1ffu
#define OFFERED_STEPS	0x1fffffu

/* A growing byte string; memory errors end the bench. */
struct bytes {
	char *p;
	size_t len;
};

static void put(struct bytes *out, const void *p, size_t len)
{
	char *grown = realloc(out->p, out->len + len + 1);

	if (!grown) {
		perror("exogate-bench");
		exit(1);
	}
	out->p = grown;
	memcpy(out->p + out->len, p, len);
	out->len += len;
}

static void put_string(struct bytes *out, const char *s)
{
	put(out, s, strlen(s) + 1);
}

static size_t begin(struct bytes *out, char command)
{
	char head[MILTER_LENGTH_BYTES + 1] = { 0 };

	head[MILTER_LENGTH_BYTES] = command;
	put(out, head, sizeof(head));
	return out->len - sizeof(head);
}

static void end(struct bytes *out, size_t at)
{
	milter_put_u32(out->p + at, (uint32_t)(out->len - at - MILTER_LENGTH_BYTES));
}

static void put_macros(struct bytes *out, char stage, const char *const *pairs)
{
	size_t at = begin(out, MILTER_MACROS);

	put(out, &stage, 1);
	for (; *pairs; pairs++)
		put_string(out, *pairs);
	end(out, at);
}

static void put_event(struct bytes *out, char command, const char *argument)
{
	size_t at = begin(out, command);

	if (argument)
		put_string(out, argument);
	end(out, at);
}

static void put_opening(struct bytes *out, const struct stream_envelope *envelope)
{
	const char *const connect_macros[] = { "j", "relay.example.net", "v", "Postfix 3.7.11",
					       NULL };
	const char *const helo_macros[] = { "{tls_version}", "TLSv1.3", "{cert_subject}",
					    envelope->certificate, NULL };
	const uint32_t offer[] = { htonl(MILTER_VERSION_MAX), htonl(OFFERED_ACTIONS),
				   htonl(OFFERED_STEPS) };
	const uint16_t port = htons(25);
	size_t at = begin(out, MILTER_NEGOTIATE);

	put(out, offer, sizeof(offer));
	end(out, at);
	put_macros(out, MILTER_CONNECT, connect_macros);
	at = begin(out, MILTER_CONNECT);
	put_string(out, "mail-out.example");
	put(out, "4", 1);
	put(out, &port, sizeof(port));
	put_string(out, envelope->client);
	end(out, at);
	put_macros(out, MILTER_HELO, helo_macros);
	put_event(out, MILTER_HELO, "mail-out.example");
}

static void put_envelope(struct bytes *out, const struct stream_envelope *envelope)
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

	put_macros(out, MILTER_MAIL, mail_macros);
	put_event(out, MILTER_MAIL, envelope->mail_from);
	put_macros(out, MILTER_RCPT, rcpt_macros);
	put_event(out, MILTER_RCPT, envelope->rcpt);
}

/* The line's length without its end; *next is where the following line begins. */
static size_t line_length(const char *p, const char *stop, const char **next)
{
	const char *lf = memchr(p, '\n', (size_t)(stop - p));
	size_t len = (size_t)((lf ? lf : stop) - p);

	*next = lf ? lf + 1 : stop;
	return len && p[len - 1] == '\r' ? len - 1 : len;
}

/* A field with its continuation lines, joined by LF; returns where the next one begins. */
static const char *put_field(struct bytes *out, const char *p, const char *stop)
{
	const char *const macros[] = { "i", "4ABC123456", NULL };
	const char *next, *colon;
	size_t len = line_length(p, stop, &next), at;

	colon = memchr(p, ':', len);
	if (!colon)
		return NULL;
	put_macros(out, MILTER_HEADER, macros);
	at = begin(out, MILTER_HEADER);
	put(out, p, (size_t)(colon - p));
	put(out, "", 1);
	put(out, colon + 1, len - (size_t)(colon + 1 - p));
	while (next < stop && (*next == ' ' || *next == '\t')) {
		p = next;
		len = line_length(p, stop, &next);
		put(out, "\n", 1);
		put(out, p, len);
	}
	put(out, "", 1);
	end(out, at);
	return next;
}

static bool put_header(struct bytes *out, const char *text, size_t len, struct stream *stream)
{
	const char *p = text, *stop = text + len;

	while (p && p < stop && *p != '\n' && *p != '\r') {
		p = put_field(out, p, stop);
		stream->n_fields++;
	}
	stream->header_bytes = p ? (size_t)(p - text) : 0;
	return p && stream->n_fields > 0;
}

static bool read_file(const char *path, struct bytes *out)
{
	FILE *file = fopen(path, "r");
	char buffer[65536];
	size_t n;

	if (!file)
		return false;
	while ((n = fread(buffer, 1, sizeof(buffer), file)) > 0)
		put(out, buffer, n);
	return fclose(file) == 0;
}

bool stream_make(const char *path, const struct stream_envelope *envelope, struct stream *out,
		 FILE *errors)
{
	const char *const macros[] = { "i", "4ABC123456", NULL };
	struct bytes opening = { 0 }, message = { 0 }, text = { 0 };
	bool ok = false;

	memset(out, 0, sizeof(*out));
	if (!read_file(path, &text)) {
		fprintf(errors, "exogate-bench: %s: %s\n", path, strerror(errno));
		goto out;
	}
	put_opening(&opening, envelope);
	put_envelope(&message, envelope);
	ok = put_header(&message, text.p, text.len, out);
	if (!ok)
		fprintf(errors, "exogate-bench: %s: field %zu of the header has no colon\n", path,
			out->n_fields);
	put_macros(&message, MILTER_END_OF_MESSAGE, macros);
	put_event(&message, MILTER_END_OF_MESSAGE, NULL);
	put_event(&message, MILTER_ABORT, NULL);
out:
	free(text.p);
	out->opening = opening.p;
	out->opening_len = opening.len;
	out->message = message.p;
	out->message_len = message.len;
	if (!ok)
		stream_free(out);
	return ok;
}

void stream_free(struct stream *stream)
{
	free(stream->opening);
	free(stream->message);
	memset(stream, 0, sizeof(*stream));
}
