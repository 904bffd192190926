/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer_wheel - which of many timers are due?
 *
 * Time is counted in ticks of the caller's.  Setting and cancelling cost constant time, and so does
 * a tick beside what is due in it: a timer lies in the slot of its tick, and one that is further
 * off than there are slots in the last of them, to be looked at again when its turn comes.  Timers
 * live in their owners; nothing is allocated.  One thread.
 */
#ifndef EXOGATE_TIMER_WHEEL_H
#define EXOGATE_TIMER_WHEEL_H

#include <stdint.h>

#define TIMER_WHEEL_SLOTS 64

/* Zeroed: not set. */
struct timer {
	struct timer *next;
	struct timer **link; /* what points to it; NULL: not set */
	uint64_t due;	     /* tick */
};

struct timer_wheel {
	struct timer *slots[TIMER_WHEEL_SLOTS];
	uint64_t now;
};

void timer_wheel_init(struct timer_wheel *wheel, uint64_t now);

/* Sets it, anew if it is set; due no sooner than the next tick. */
void timer_wheel_set(struct timer_wheel *wheel, struct timer *timer, uint64_t due);

/* Does nothing if it is not set. */
void timer_cancel(struct timer *timer);

/*
 * Goes on to tick now, which may be many further: returns a timer that is due and no longer set, or
 * NULL when there is none up to now.  To be called until then; timers may be set and cancelled in
 * between.
 */
struct timer *timer_wheel_next(struct timer_wheel *wheel, uint64_t now);

#endif
