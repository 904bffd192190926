// SPDX-License-Identifier: Apache-2.0
#include "header_index.h"

#include <stdio.h>

#include "fixture.h"
#include "harness.h"

#define ARENA_SIZE (64u * 1024)

TEST(kinds)
{
	static const struct {
		const char *name;
		enum header_kind kind;
	} rows[] = {
		{ "From", HEADER_FROM },
		{ "fRoM", HEADER_FROM },
		{ "From ", HEADER_FROM }, /* attacks B14, B15: RFC 5322 4.5 */
		{ "From \t", HEADER_FROM },
		{ "Message-ID", HEADER_MESSAGE_ID },
		{ "message-id", HEADER_MESSAGE_ID },
		{ "Authentication-Results", HEADER_AUTHENTICATION_RESULTS },
		{ "X-MS-Exchange-CrossTenant-Id", HEADER_TENANT_ID },
		{ "x-ms-exchange-crosstenant-id", HEADER_TENANT_ID },
		{ "X-MS-Exchange-CrossTenant-Id ", HEADER_TENANT_ID }, /* attacks C9 */
		{ "X-OriginatorOrg", HEADER_ORIGINATOR_ORG },
		{ "X-MS-Exchange-CrossTenant-OriginalAttributedTenantConnectingIp",
		  HEADER_ATTRIBUTED_TENANT },
		{ "X-MS-Exchange-CrossTenant-AuthAs", HEADER_AUTH_AS },
		{ "X-MS-Exchange-CrossTenant-FromEntityHeader", HEADER_FROM_ENTITY },
		{ "X-MS-Exchange-CrossTenant-Network-Message-Id", HEADER_NETWORK_MESSAGE_ID },
		{ "X-MS-Exchange-Organization-SCL", HEADER_TRUST },
		{ "x-ms-exchange-organization-authas", HEADER_TRUST },
		{ "X-MS-Exchange-Organization-", HEADER_TRUST },
		{ "X-MS-Exchange-CrossPremises-AuthSource", HEADER_TRUST },
		{ "X-MS-Exchange-Organization", HEADER_OTHER },
		{ "X-MS-Exchange-OrganizationX", HEADER_OTHER },
		{ "Authentication_Results", HEADER_OTHER }, /* another header */
		{ "ARC-Authentication-Results", HEADER_OTHER },
		{ "X-From", HEADER_OTHER },
		{ "Fro", HEADER_OTHER },
		{ "Sender", HEADER_SENDER },
		{ "Resent-From", HEADER_RESENT_FROM },
		{ " From", HEADER_OTHER },
		{ "", HEADER_OTHER },
		{ " ", HEADER_OTHER },
		{ "\xff\xfe", HEADER_OTHER },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct fixture_field fields[] = { { rows[i].name, "v" }, { NULL, NULL } };
		struct arena arena = fixture_arena(ARENA_SIZE);
		const struct header_index *headers = fixture_headers(&arena, fields);

		harness_row("%s", rows[i].name);
		for (int kind = 0; kind < HEADER_N_KINDS; kind++)
			CHECK_EQ(header_index_first(headers, (enum header_kind)kind) != NULL,
				 kind == (int)rows[i].kind);
	}
}

static struct span named_slots[4];
static struct name_set named = { named_slots, N_ELEMENTS(named_slots), 0 };

/* The operator's names, counted by name; other kinds come first. */
TEST(named_fields)
{
	static const struct fixture_field fields[] = {
		{ "X-Contoso-Relay", "a" },	   { "X-Contoso-Relay2", "b" },
		{ "x-contoso-relay ", "c" },	   { "X-CONTOSO-RELAY", "d" },
		{ "X-Contoso-Rela\xc5\xbf", "e" }, { NULL, NULL },
	};
	struct arena arena = fixture_arena(ARENA_SIZE);
	const struct header_field *f =
		header_index_first(fixture_headers(&arena, fields), HEADER_NAMED);

	CHECK_EQ(f->position, 0);
	CHECK_EQ(f->next->position, 2);
	CHECK_EQ(f->next->next->position, 3);
	CHECK_EQ(f->next->next->index, 2);
	CHECK(!f->next->next->next);
}

/* A NUL in a name (attacks B24) does not make it a known one. */
TEST(a_name_with_nul)
{
	struct arena arena = fixture_arena(ARENA_SIZE);
	struct header_index headers;

	header_index_init(&headers, &named);
	CHECK(header_index_add(&headers, &arena, span_of("From\0x", 6), SPAN("v")));
	CHECK(header_index_add(&headers, &arena, span_of("From\0", 5), SPAN("v")));
	CHECK(!header_index_first(&headers, HEADER_FROM));
}

static const struct fixture_field mixed[] = {
	{ "Authentication-Results", "a" }, /* position 0, index 1 */
	{ "X-MS-Exchange-Organization-SCL", "b" },
	{ "Subject", "c" },
	{ "authentication-results", "d" }, /* position 3, index 2 */
	{ "X-MS-Exchange-Organization-AuthAs", "e" },
	{ "x-ms-exchange-organization-scl", "f" }, /* index 2 of its name */
	{ "From", "g" },
	{ "AUTHENTICATION-RESULTS", "h" },	   /* position 7, index 3 */
	{ "X-MS-Exchange-Organization-SCL", "i" }, /* index 3 */
	{ NULL, NULL },
};

static void check_chain(const struct header_index *headers, enum header_kind kind,
			const char *wanted)
{
	const struct header_field *f;
	char text[256];
	size_t len = 0;

	for (f = header_index_first(headers, kind); f; f = f->next)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%.*s%u@%u ",
					(int)f->value.len, f->value.p, f->index, f->position);
	CHECK_BYTES(text, len, wanted, strlen(wanted));
}

/* The protocol's numbering: per name, from 1, without regard to case. */
TEST(indices_count_per_name)
{
	struct arena arena = fixture_arena(ARENA_SIZE);
	const struct header_index *headers = fixture_headers(&arena, mixed);

	check_chain(headers, HEADER_AUTHENTICATION_RESULTS, "a1@0 d2@3 h3@7 ");
	check_chain(headers, HEADER_TRUST, "b1@1 e1@4 f2@5 i3@8 ");
	check_chain(headers, HEADER_FROM, "g1@6 ");
	CHECK_EQ(headers->n_fields, 9);
}

TEST(names_and_values_are_borrowed_as_they_are)
{
	static const struct fixture_field fields[] = { { "FROM", " A\n\t<a@b.example> " },
						       { NULL, NULL } };
	struct arena arena = fixture_arena(ARENA_SIZE);
	const struct header_index *headers = fixture_headers(&arena, fields);
	const struct header_field *from = header_index_first(headers, HEADER_FROM);

	CHECK_BYTES(from->name.p, from->name.len, "FROM", 4);
	CHECK_BYTES(from->value.p, from->value.len, " A\n\t<a@b.example> ", 18);
}

TEST(too_many_fields)
{
	struct arena arena = fixture_arena(1024 * 1024);
	struct header_index headers, before;
	size_t used;

	header_index_init(&headers, &named);
	for (size_t i = 0; i < HEADER_FIELDS_MAX; i++)
		CHECK(header_index_add(&headers, &arena, SPAN("Authentication-Results"),
				       SPAN("x")));
	before = headers;
	used = arena_used_bytes(&arena);
	CHECK(!header_index_add(&headers, &arena, SPAN("From"), SPAN("x")));
	CHECK_BYTES(&headers, sizeof(headers), &before, sizeof(before));
	CHECK_EQ(arena_used_bytes(&arena), used);
	CHECK_EQ(headers.last[HEADER_AUTHENTICATION_RESULTS]->index, HEADER_FIELDS_MAX);
}

TEST(no_room_changes_nothing)
{
	struct arena arena = fixture_arena((sizeof(struct header_field) * 2 + 15) & ~(size_t)15);
	struct header_index headers, before;
	size_t n = 0;

	header_index_init(&headers, &named);
	do {
		before = headers;
		CHECK(n++ < 3);
	} while (header_index_add(&headers, &arena, SPAN("From"), SPAN("x")));
	CHECK_BYTES(&headers, sizeof(headers), &before, sizeof(before));
}

/* The worst case of the quadratic numbering stays cheap: only trust fields of one name. */
TEST(a_header_of_trust_fields_only)
{
	struct arena arena = fixture_arena(1024 * 1024);
	struct header_index headers;

	header_index_init(&headers, &named);
	for (size_t i = 0; i < HEADER_FIELDS_MAX; i++)
		CHECK(header_index_add(&headers, &arena, SPAN("X-MS-Exchange-Organization-SCL"),
				       SPAN("x")));
	CHECK_EQ(headers.last[HEADER_TRUST]->index, HEADER_FIELDS_MAX);
}

HARNESS_MAIN
