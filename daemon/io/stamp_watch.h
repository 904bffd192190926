/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stamp_watch - does a stamp that Microsoft used to put into a tenant's mail stop coming?
 *
 * What the proofs rest on is text that Microsoft may cease to write, and then all mail of a tenant
 * is refused at once.  A stamp is established for a tenant once STAMP_WATCH_ESTABLISHED of its
 * messages in a row carried it, and has vanished when STAMP_WATCH_ABSENT in a row then do not; it
 * has to be established anew before it may vanish again.
 *
 * Fixed memory: tenants share slots by the hash of their names, and who comes into a slot takes it
 * over.  One thread owns a watch; each sees its own share of the mail.
 */
#ifndef EXOGATE_STAMP_WATCH_H
#define EXOGATE_STAMP_WATCH_H

#include "span.h"

#define STAMP_WATCH_ESTABLISHED 50
#define STAMP_WATCH_ABSENT	5
#define STAMP_WATCH_SLOTS	4096

/* Bits of a set. */
enum stamp_watch_stamp {
	STAMP_WATCH_ID = 1,
	STAMP_WATCH_ORIGINATOR_ORG = 2,
	STAMP_WATCH_ATTRIBUTED = 4,
	STAMP_WATCH_N = 3, /* how many */
};

struct stamp_watch_slot {
	uint64_t tenant; /* hash of its name; 0: free */
	struct {
		uint8_t present; /* in a row, no more than STAMP_WATCH_ESTABLISHED */
		uint8_t absent;	 /* in a row, once it is established */
	} runs[STAMP_WATCH_N];
};

/* Zeroed, it knows nobody. */
struct stamp_watch {
	struct stamp_watch_slot slots[STAMP_WATCH_SLOTS];
};

/* A message of the tenant with this set of stamps; returns those that have vanished with it. */
unsigned int stamp_watch_note(struct stamp_watch *watch, struct span tenant, unsigned int stamps);

#endif
