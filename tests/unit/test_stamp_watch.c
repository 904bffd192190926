// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "harness.h"
#include "stamp_watch.h"

#define ALL  (STAMP_WATCH_ID | STAMP_WATCH_ORIGINATOR_ORG | STAMP_WATCH_ATTRIBUTED)
#define NAME SPAN("contoso")

static struct stamp_watch watch;

/* So many messages with the stamps, of which none may make one vanish. */
static void note_quietly(struct span tenant, unsigned int stamps, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		CHECK_EQ(stamp_watch_note(&watch, tenant, stamps), 0);
}

TEST(vanishes_with_the_last_of_a_run)
{
	note_quietly(NAME, ALL, STAMP_WATCH_ESTABLISHED);
	note_quietly(NAME, ALL & ~STAMP_WATCH_ID, STAMP_WATCH_ABSENT - 1);
	CHECK_EQ(stamp_watch_note(&watch, NAME, ALL & ~STAMP_WATCH_ID), STAMP_WATCH_ID);
	note_quietly(NAME, ALL & ~STAMP_WATCH_ID, 3 * STAMP_WATCH_ESTABLISHED);
}

TEST(several_vanish_at_once)
{
	note_quietly(NAME, ALL, 2 * STAMP_WATCH_ESTABLISHED);
	note_quietly(NAME, 0, STAMP_WATCH_ABSENT - 1);
	CHECK_EQ(stamp_watch_note(&watch, NAME, 0), ALL);
}

TEST(what_was_never_established_does_not_vanish)
{
	note_quietly(NAME, ALL, STAMP_WATCH_ESTABLISHED - 1);
	note_quietly(NAME, 0, 1);
	note_quietly(NAME, ALL, STAMP_WATCH_ESTABLISHED - 1);
	note_quietly(NAME, 0, 2 * STAMP_WATCH_ABSENT);
}

TEST(one_that_comes_ends_the_run)
{
	note_quietly(NAME, ALL, STAMP_WATCH_ESTABLISHED);
	for (int i = 0; i < 10; i++) {
		note_quietly(NAME, 0, STAMP_WATCH_ABSENT - 1);
		note_quietly(NAME, ALL, 1);
	}
}

TEST(vanishes_again_once_it_is_established_anew)
{
	for (int i = 0; i < 3; i++) {
		note_quietly(NAME, ALL, STAMP_WATCH_ESTABLISHED);
		note_quietly(NAME, 0, STAMP_WATCH_ABSENT - 1);
		CHECK_EQ(stamp_watch_note(&watch, NAME, 0), ALL);
	}
}

TEST(tenants_are_apart)
{
	note_quietly(NAME, ALL, STAMP_WATCH_ESTABLISHED);
	note_quietly(SPAN("fabrikam"), 0, STAMP_WATCH_ABSENT);
	note_quietly(NAME, ALL, 1);
	note_quietly(NAME, 0, STAMP_WATCH_ABSENT - 1);
	CHECK_EQ(stamp_watch_note(&watch, NAME, 0), ALL);
}

HARNESS_MAIN
