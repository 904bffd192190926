// SPDX-License-Identifier: Apache-2.0
/* RFC 6376 5.4.2: mentions of a name mean its fields from the bottom up. */
#include "dkim_signed.h"

#include <stdio.h>
#include <stdlib.h>

#include "fixture.h"
#include "harness.h"

static struct arena arena;
static struct dkim_signed fields;

static void begin(const struct fixture_field *list)
{
	arena = fixture_arena(64 * 1024);
	CHECK(dkim_signed_init(&fields, &arena, fixture_headers(&arena, list)));
	dkim_signed_begin(&fields);
}

static void check_next(const char *name, const char *value)
{
	const struct header_field *field = dkim_signed_next(&fields, span_of_string(name));

	harness_row("%s", name);
	if (!value)
		CHECK(!field);
	else if (CHECK(field))
		CHECK_BYTES(field->value.p, field->value.len, value, strlen(value));
}

static const struct fixture_field received[] = {
	{ "Received", "<A>" },
	{ "Subject", "s" },
	{ "received", "<B>" },
	{ "From", "f" },
	{ "RECEIVED ", "<C>" },
	{ "X-MS-Exchange-Organization-A", "1" },
	{ "X-MS-Exchange-Organization-B", "2" },
	{ "X-MS-Exchange-Organization-A", "3" },
	{ NULL, NULL },
};

TEST(from_the_bottom_up)
{
	begin(received);
	check_next("Received", "<C>");
	check_next("subject", "s");
	check_next("Received", "<B>");
	check_next("FROM", "f");
	check_next("From", NULL); /* oversigned */
	check_next("Received", "<A>");
	check_next("Received", NULL);
	check_next("Received", NULL);
	check_next("To", NULL);
}

TEST(names_of_one_kind)
{
	begin(received);
	check_next("X-MS-Exchange-Organization-A", "3");
	check_next("X-MS-Exchange-Organization-B", "2");
	check_next("X-MS-Exchange-Organization-A", "1");
	check_next("X-MS-Exchange-Organization-A", NULL);
}

TEST(each_signature_starts_anew)
{
	begin(received);
	check_next("Received", "<C>");
	check_next("Received", "<B>");
	dkim_signed_begin(&fields);
	check_next("Received", "<C>");
	dkim_signed_begin(&fields);
	check_next("From", "f");
	check_next("Received", "<C>");
}

TEST(no_fields)
{
	static const struct fixture_field none[] = { { NULL, NULL } };

	begin(none);
	check_next("From", NULL);
	check_next("", NULL);
}

TEST(an_exhausted_arena)
{
	struct header_index *headers;

	arena = fixture_arena(4096);
	headers = fixture_headers(&arena, received);
	while (arena_record(&arena, 64))
		;
	CHECK(!dkim_signed_init(&fields, &arena, headers));
}

/* Names of the same length, first, middle and last letter are one bucket. */
TEST(chosen_names_exhaust_their_steps_only)
{
	static struct fixture_field many[1001];
	static char names[1000][16];

	for (size_t i = 0; i < N_ELEMENTS(names); i++) {
		snprintf(names[i], sizeof(names[i]), "x%04zuy%04zux", i, i);
		many[i] = (struct fixture_field){ names[i], "v" };
	}
	arena = fixture_arena(1024 * 1024);
	CHECK(dkim_signed_init(&fields, &arena, fixture_headers(&arena, many)));
	dkim_signed_begin(&fields);
	check_next("x0000y0000x", "v");
	CHECK(!dkim_signed_exhausted(&fields));
	for (size_t i = 0; i < 1100; i++)
		dkim_signed_next(&fields, SPAN("x____y____x"));
	CHECK(dkim_signed_exhausted(&fields));
	check_next("x0000y0000x", NULL);
}

HARNESS_MAIN
