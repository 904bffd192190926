// SPDX-License-Identifier: Apache-2.0
#include "arena.h"

#include <stdalign.h>
#include <stdint.h>

#include "fixture.h"
#include "harness.h"

TEST(records_are_aligned_and_apart)
{
	struct arena arena = fixture_arena(256);
	char *before = arena.base + 256;

	for (size_t size = 1; size <= 40; size += 13) {
		char *record = arena_record(&arena, size);

		CHECK(record);
		CHECK_EQ((uintptr_t)record % alignof(max_align_t), 0);
		CHECK(record + size <= before);
		memset(record, 0xaa, size);
		before = record;
	}
}

TEST(a_record_may_take_all)
{
	struct arena arena = fixture_arena(256);

	CHECK(arena_record(&arena, 256) == arena.base);
	CHECK_EQ(arena_free_bytes(&arena), 0);
	CHECK(!arena_record(&arena, 1));
}

TEST(a_record_too_large_changes_nothing)
{
	struct arena arena = fixture_arena(256);
	const size_t sizes[] = { 257, SIZE_MAX, SIZE_MAX - 255 };

	for (size_t i = 0; i < N_ELEMENTS(sizes); i++) {
		CHECK(!arena_record(&arena, sizes[i]));
		CHECK_EQ(arena_used_bytes(&arena), 0);
	}
}

/* What alignment costs counts: 250 bytes are free, but not 250 aligned ones above low. */
TEST(alignment_does_not_reach_into_the_low_end)
{
	struct arena arena = fixture_arena(256);
	struct outbuf out = arena_outbuf(&arena);

	outbuf_put(&out, SPAN("abcdef"));
	arena_commit(&arena, &out);
	CHECK(!arena_record(&arena, 250));
	CHECK(!arena_record(&arena, 241));
	CHECK(arena_record(&arena, 240));
	CHECK_BYTES(arena.base, 6, "abcdef", 6);
}

TEST(outbuf_is_bounded_by_the_records)
{
	struct arena arena = fixture_arena(64);
	struct outbuf out;

	memset(arena_record(&arena, 48), 0xaa, 48);
	out = arena_outbuf(&arena);
	outbuf_put(&out, SPAN("0123456789abcdef"));
	CHECK(outbuf_ok(&out));
	outbuf_put_byte(&out, 'x');
	CHECK(!outbuf_ok(&out));
}

TEST(only_what_is_committed_is_used)
{
	struct arena arena = fixture_arena(64);
	struct outbuf out = arena_outbuf(&arena);
	struct span kept;

	outbuf_put(&out, SPAN("forgotten"));
	CHECK_EQ(arena_used_bytes(&arena), 0);
	out = arena_outbuf(&arena);
	outbuf_put(&out, SPAN("kept"));
	kept = arena_commit(&arena, &out);
	out = arena_outbuf(&arena);
	outbuf_put(&out, SPAN("next"));
	arena_commit(&arena, &out);
	CHECK_BYTES(kept.p, kept.len, "kept", 4);
	CHECK_BYTES(arena.base, arena_used_bytes(&arena), "keptnext", 8);
}

TEST(reset_empties_and_remembers_the_most)
{
	struct arena arena = fixture_arena(256);

	arena_record(&arena, 64);
	arena_record(&arena, 64);
	arena_reset(&arena);
	CHECK_EQ(arena.most, 128);
	CHECK_EQ(arena_free_bytes(&arena), 256);
	arena_record(&arena, 32);
	arena_reset(&arena);
	CHECK_EQ(arena.most, 128);
}

HARNESS_MAIN
