// SPDX-License-Identifier: Apache-2.0
#include "name_set.h"

#include <stdio.h>

#include "fixture.h"
#include "harness.h"

TEST(an_empty_set_has_nothing)
{
	const struct name_set none = { NULL, 0, 0 };

	CHECK(!name_set_has(&none, SPAN("")));
	CHECK(!name_set_has(&none, SPAN("X-A")));
}

TEST(names_without_case)
{
	static struct span slots[8];
	struct name_set set = { slots, N_ELEMENTS(slots), 0 };

	name_set_add(&set, SPAN("X-Relay"));
	name_set_add(&set, SPAN("x-relay")); /* the same */
	name_set_add(&set, SPAN("X-Other-Relay"));
	CHECK(name_set_has(&set, SPAN("x-RELAY")));
	CHECK(name_set_has(&set, SPAN("X-Other-Relay")));
	CHECK(!name_set_has(&set, SPAN("X-Relax")));
	CHECK(!name_set_has(&set, SPAN("X-Relay ")));
	CHECK(!name_set_has(&set, SPAN("X-Rela\0")));
	CHECK(!name_set_has(&set, SPAN("")));
}

/* As full as it may be, every name is found and no other; names up to the longest. */
TEST(many_names)
{
	static struct span slots[128];
	static char texts[NAME_SET_NAME_MAX + 1][NAME_SET_NAME_MAX + 2];
	struct name_set set = { slots, N_ELEMENTS(slots), 0 };

	for (size_t len = 1; len <= NAME_SET_NAME_MAX; len++) {
		memset(texts[len], 'x', len);
		name_set_add(&set, span_of(guarded(texts[len], len), len));
	}
	for (size_t len = 1; len <= NAME_SET_NAME_MAX; len++) {
		CHECK(name_set_has(&set, span_of(texts[len], len)));
		texts[len][len - 1] = 'y';
		CHECK(!name_set_has(&set, span_of(texts[len], len)));
	}
	CHECK(!name_set_has(
		&set,
		span_of("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 64)));
}

HARNESS_MAIN
