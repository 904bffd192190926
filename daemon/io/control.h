/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control - the daemon's own socket: one command a connection, a line; the answer is a JSON object
 * in a line.
 *
 * Only who started the daemon, and root, may connect: the socket has mode 0600 and is made before
 * privileges are dropped.  A command must come in one piece, and within a second; its answer is to
 * be read within another.
 */
#ifndef EXOGATE_CONTROL_H
#define EXOGATE_CONTROL_H

#include <stdbool.h>
#include <stdio.h>

#include "listen.h"

#define CONTROL_COMMAND_MAX 64 /* octets of a line */

/* Listens at the path; -1 after a line on errors.  What it made is for listen_remove(). */
int control_listen(const char *path, struct listen_file *made, FILE *errors);

/*
 * Takes the next client and its command, without line feed; returns the descriptor that
 * control_answer() is to be given, or -1 if there is none.
 */
int control_take(int listener, char command[static CONTROL_COMMAND_MAX]);

/* Sends the answer, which may be NULL for want of memory, and closes. */
void control_answer(int client, const char *answer);

#endif
