// SPDX-License-Identifier: Apache-2.0
#include "client.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES 16384

static enum client_want want(struct client *c, enum client_want wanted)
{
	c->want = wanted;
	return wanted;
}

static enum client_want fail(struct client *c, const char *complaint)
{
	c->complaint = complaint;
	return want(c, CLIENT_FAILED);
}

static enum client_want begin_stream(struct client *c, const struct stream *stream)
{
	c->stream = stream;
	c->part = 0;
	c->sent = 0;
	return want(c, CLIENT_WRITE);
}

enum client_want client_connect(struct client *c, const struct script *script,
				const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return fail(c, strerror(errno));
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0) {
		bool full = errno == EAGAIN;

		c->complaint = strerror(errno);
		close(fd);
		return want(c, full ? CLIENT_CONNECT : CLIENT_FAILED);
	}
	*c = (struct client){ .fd = fd, .script = script };
	return begin_stream(c, &script->offer);
}

static enum client_want end_stream(struct client *c)
{
	if (c->stream == &c->script->offer)
		return begin_stream(c, &c->script->opening);
	return want(c, c->stream == &c->script->closing ? CLIENT_GONE : CLIENT_NEXT);
}

static enum client_want next_part(struct client *c)
{
	c->sent = 0;
	c->part++;
	return c->part == c->stream->n_parts ? end_stream(c) : want(c, CLIENT_WRITE);
}

enum client_want client_write(struct client *c)
{
	const struct stream_part *part = &c->stream->parts[c->part];
	size_t rest = part->len - c->sent;
	ssize_t n = send(c->fd, c->stream->bytes.p + part->at + c->sent,
			 rest < CLIENT_WRITE_BYTES ? rest : CLIENT_WRITE_BYTES, MSG_NOSIGNAL);

	if (n < 0)
		return errno == EAGAIN ? want(c, CLIENT_ROOM) : fail(c, strerror(errno));
	c->sent += (size_t)n;
	if (c->sent < part->len)
		return want(c, CLIENT_WRITE);
	return part->awaits_reply ? want(c, CLIENT_ANSWER) : next_part(c);
}

static enum client_want skip_event(struct client *c)
{
	const struct stream *stream = c->stream;
	char event = stream->parts[c->part].event;

	while (c->part + 1 < stream->n_parts && stream->parts[c->part + 1].event == event)
		c->part++;
	return next_part(c);
}

static enum client_want take_verdict(struct client *c, const struct reply *reply)
{
	c->judged = true;
	c->verdict = reply_verdict(reply);
	return want(c, CLIENT_NEXT);
}

static bool same_agreement(const struct client *c, const struct reply *reply)
{
	return reply->command == MILTER_NEGOTIATE && reply->len >= REPLY_KEPT_BYTES &&
	       milter_get_u32(reply->data + 8) == c->script->steps;
}

/* A verdict before the end of the message decides it as well. */
static enum client_want take_answer(struct client *c, const struct reply *reply)
{
	char event;

	if (c->want != CLIENT_ANSWER)
		return fail(c, "answers where no answer is due");
	event = c->stream->parts[c->part].event;
	if (event == MILTER_NEGOTIATE)
		return same_agreement(c, reply) ? next_part(c) : fail(c, "negotiates differently");
	if (event == MILTER_END_OF_MESSAGE)
		return take_verdict(c, reply);
	if (reply->command == MILTER_CONTINUE)
		return next_part(c);
	if (reply->command == 's')
		return skip_event(c);
	if (c->stream == &c->script->opening)
		return fail(c, "refuses the client before any message");
	return take_verdict(c, reply);
}

enum client_want client_read(struct client *c)
{
	char buffer[READ_BYTES];
	ssize_t n = recv(c->fd, buffer, sizeof(buffer), 0);
	const char *p = buffer;
	struct reply reply;

	if (n < 0)
		return errno == EAGAIN ? c->want : fail(c, strerror(errno));
	if (n == 0)
		return fail(c, "closed the connection");
	for (;;) {
		switch (reply_next(&c->reader, &p, buffer + n, &reply)) {
		case PARSE_MORE:
			return c->want;
		case PARSE_BAD:
		case PARSE_FAILED: /* never */
			return fail(c, "sends a packet with a length that none has");
		case PARSE_OK:
			break;
		}
		if (reply_is_final(&reply) && take_answer(c, &reply) == CLIENT_FAILED)
			return CLIENT_FAILED;
	}
}

/* The ABORT of the message before goes with the next one's first bytes. */
enum client_want client_send(struct client *c, size_t message)
{
	c->message = message;
	c->judged = false;
	begin_stream(c, &c->script->messages[message]);
	if (c->n_messages++ == 0)
		c->sent = STREAM_ABORT_BYTES;
	return c->want;
}

/* Without a message before it, QUIT has one ABORT. */
enum client_want client_quit(struct client *c)
{
	begin_stream(c, &c->script->closing);
	if (c->n_messages == 0)
		c->sent = STREAM_ABORT_BYTES;
	return c->want;
}

enum client_want client_close(struct client *c)
{
	close(c->fd);
	c->fd = -1;
	return want(c, CLIENT_CONNECT);
}
