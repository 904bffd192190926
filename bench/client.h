/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client - one of Postfix's connections to a milter, as a state machine that never waits.
 *
 * It runs through a script: one write of 4096 bytes at most at a time, as Postfix's streams do, so
 * that the writes of many connections mix as those of as many processes would; it waits for
 * answers where Postfix waits, and leaves out what a SKIP makes needless.
 */
#ifndef EXOGATE_CLIENT_H
#define EXOGATE_CLIENT_H

#include <stdbool.h>
#include <sys/un.h>

#include "script.h"

#define CLIENT_WRITE_BYTES 4096u

enum client_want {
	CLIENT_CONNECT, /* there is no connection yet: client_connect() */
	CLIENT_WRITE,	/* client_write(), in its turn */
	CLIENT_ROOM,	/* client_write(), once the socket takes bytes */
	CLIENT_ANSWER,	/* client_read(), once there is something to read */
	CLIENT_NEXT,	/* between messages: client_send() or client_quit() */
	CLIENT_GONE,	/* the session is over: client_close() */
	CLIENT_FAILED,	/* the milter broke the protocol or the connection: complaint says how */
};

struct client {
	int fd;
	enum client_want want;
	const struct script *script;
	const struct stream *stream; /* that is being sent */
	size_t part;		     /* of it */
	size_t sent;		     /* bytes of the part */
	struct reply_reader reader;
	unsigned int n_messages; /* sent or begun on this connection */
	size_t message;		 /* which of the script's, since client_send() */
	bool judged;		 /* verdict is its answer: until the next client_send() */
	enum reply_verdict verdict;
	uint64_t since_ns; /* the caller's: when the message was due */
	const char *complaint;
};

/* Each of these returns what is wanted next, which is also in client->want. */

/* Stays CLIENT_CONNECT while the milter's queue of connections is full. */
enum client_want client_connect(struct client *client, const struct script *script,
				const struct sockaddr_un *address);
enum client_want client_write(struct client *client);
enum client_want client_read(struct client *client);
enum client_want client_send(struct client *client, size_t message);
enum client_want client_quit(struct client *client);
enum client_want client_close(struct client *client);

#endif
