/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter_control - what the daemon and its processes of libmilter's (filter_process.h) say to each
 * other, over a pair of sockets of which each has an end.
 *
 * To reload takes two steps, so that no listener is judged by another policy than the others: each
 * process reads the settings; then, only if all could, each puts their policy in force.  What comes
 * late of a step that is no longer waited for is ignored.
 */
#ifndef EXOGATE_FILTER_CONTROL_H
#define EXOGATE_FILTER_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "policy_store.h"

/* False with errno. */
bool filter_control_open(int ends[2]);

/* --- the process's end ------------------------------------------------------------------------ */

/* Says that it serves so many connections at most. */
bool filter_control_say_ready(int end, size_t connections);

/*
 * Does what it is told about the settings and the policies, until the daemon closes its
 * end, or shuts it down.
 */
void filter_control_obey(int end, const struct settings_source *source,
			 struct policy_store *policies);

/* --- the daemon's ----------------------------------------------------------------------------- */

/* Waits for the process to say so; 0 if it has ended. */
size_t filter_control_await_ready(int end);

/* Whether the process has ended; to be called when its end is readable. */
bool filter_control_has_ended(int end);

/*
 * Has all processes reload.  False after a line on report for each that could not, or did not say
 * in time that it could; then none has, and the same may be tried again.
 */
bool filter_control_reload(const int *ends, size_t n, FILE *report);

#endif
