/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confirm - an attachment that undoes itself unless the operator still reaches the host to say so.
 *
 * Whether it is undone is written in the attached program's own map (exogate_pending), so that one
 * write confirms.  Processes wait, each in a session of its own: they hold what was attached
 * before, and when the time is over put that back on each interface whose program still waits for
 * confirmation; what has been attached, detached or confirmed meanwhile they leave alone.  The one
 * that did it says so in the system log.  They look every second whether there is anything left
 * to undo, and end if not.  Of what the caller had open they hold nothing.
 *
 * There are two of them, which know nothing of each other: whichever takes the lock first undoes,
 * and the other finds nothing left to do.  So one may be killed or stopped.  With both gone (or the
 * host restarted) nothing is undone; a restart ends the attachment anyway.  That the program itself
 * looks at the time when it drops was tried: it makes the verifier's work three times as much,
 * nearly all that Linux allows, or each drop a call dearer.
 */
#ifndef EXOGATE_CONFIRM_H
#define EXOGATE_CONFIRM_H

#include "held.h"
#include "options.h"

/*
 * To be called before anything is attached: starts the waiting processes for the interfaces of
 * the options, and says what to put into the programs to attach.  Returns 0, or -1 after a line.
 */
int confirm_begin(const struct options *options, __u64 *pending_ns);

/* Is a readable program still to be confirmed, and in how many seconds is it undone?  0 while it is
 * to be confirmed: overdue, the processes that wait are gone. */
bool confirm_is_pending(const struct held *held);
unsigned confirm_remaining_s(const struct held *held);

/* -1 after a line if it is still to be confirmed. */
int confirm_refuse_pending(const struct held *held, const char *interface);

/* The command confirm: the interfaces named, or all that wait.  0, or -1 after a line for each that
 * does not wait for confirmation, or if none does. */
int confirm_run(const struct options *options);

#endif
