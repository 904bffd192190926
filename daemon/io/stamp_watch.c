// SPDX-License-Identifier: Apache-2.0
#include "stamp_watch.h"

static struct stamp_watch_slot *slot_of(struct stamp_watch *watch, struct span tenant)
{
	uint64_t hash = span_hash_nocase(tenant, 0) | 1;
	struct stamp_watch_slot *slot = &watch->slots[(hash >> 1) % STAMP_WATCH_SLOTS];

	if (slot->tenant != hash)
		*slot = (struct stamp_watch_slot){ .tenant = hash };
	return slot;
}

/* Whether the stamp has vanished with this message. */
static bool note_one(struct stamp_watch_slot *slot, unsigned int i, bool present)
{
	bool established = slot->runs[i].present == STAMP_WATCH_ESTABLISHED, vanished;

	if (present) {
		slot->runs[i].absent = 0;
		slot->runs[i].present += !established;
		return false;
	}
	if (established)
		slot->runs[i].absent++;
	vanished = slot->runs[i].absent == STAMP_WATCH_ABSENT;
	if (!established || vanished)
		slot->runs[i].present = slot->runs[i].absent = 0;
	return vanished;
}

unsigned int stamp_watch_note(struct stamp_watch *watch, struct span tenant, unsigned int stamps)
{
	struct stamp_watch_slot *slot = slot_of(watch, tenant);
	unsigned int vanished = 0;

	for (unsigned int i = 0; i < STAMP_WATCH_N; i++)
		if (note_one(slot, i, stamps & (1u << i)))
			vanished |= 1u << i;
	return vanished;
}
