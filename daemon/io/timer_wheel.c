// SPDX-License-Identifier: Apache-2.0
#include "timer_wheel.h"

#include <stddef.h>

void timer_wheel_init(struct timer_wheel *wheel, uint64_t now)
{
	*wheel = (struct timer_wheel){ .now = now };
}

void timer_cancel(struct timer *t)
{
	if (!t->link)
		return;
	*t->link = t->next;
	if (t->next)
		t->next->link = t->link;
	t->link = NULL;
}

static void put(struct timer_wheel *wheel, struct timer *t, uint64_t tick)
{
	struct timer **head = &wheel->slots[tick % TIMER_WHEEL_SLOTS];

	t->next = *head;
	t->link = head;
	if (t->next)
		t->next->link = &t->next;
	*head = t;
}

void timer_wheel_set(struct timer_wheel *wheel, struct timer *t, uint64_t due)
{
	const uint64_t first = wheel->now + 1, last = wheel->now + TIMER_WHEEL_SLOTS - 1;

	timer_cancel(t);
	t->due = due > first ? due : first;
	put(wheel, t, t->due < last ? t->due : last);
}

struct timer *timer_wheel_next(struct timer_wheel *wheel, uint64_t now)
{
	for (;;) {
		struct timer *t = wheel->slots[wheel->now % TIMER_WHEEL_SLOTS];

		if (t && t->due <= wheel->now) {
			timer_cancel(t);
			return t;
		}
		if (t)
			timer_wheel_set(wheel, t, t->due);
		else if (wheel->now < now)
			wheel->now++;
		else
			return NULL;
	}
}
