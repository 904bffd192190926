// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes are judged 64 at a time, as one bit each.  Whether a byte stands as it is depends on the
 * two after it, so of 64 bytes the last STEP are judged again as the first of the next.
 */
#include "dkim_run.h"

#if defined(__SSE2__) && !defined(DKIM_RUN_PORTABLE)
#include <emmintrin.h>
#endif

#define BLOCK 64
#define STEP  60

/* Bit i is about byte i. */
struct marks {
	uint64_t space;
	uint64_t tab;
	uint64_t cr;
	uint64_t lf;
};

#if defined(__SSE2__) && !defined(DKIM_RUN_PORTABLE)

static uint64_t mark_16(__m128i bytes, char c)
{
	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)));
}

static struct marks mark(const char *p)
{
	struct marks m = { 0 };

	for (unsigned int i = 0; i < BLOCK; i += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(p + i));

		m.space |= mark_16(bytes, ' ') << i;
		m.tab |= mark_16(bytes, '\t') << i;
		m.cr |= mark_16(bytes, '\r') << i;
		m.lf |= mark_16(bytes, '\n') << i;
	}
	return m;
}

#else

static struct marks mark(const char *p)
{
	struct marks m = { 0 };

	for (unsigned int i = 0; i < BLOCK; i++) {
		m.space |= (uint64_t)(p[i] == ' ') << i;
		m.tab |= (uint64_t)(p[i] == '\t') << i;
		m.cr |= (uint64_t)(p[i] == '\r') << i;
		m.lf |= (uint64_t)(p[i] == '\n') << i;
	}
	return m;
}

#endif

/*
 * A line end stands if it is CR LF and the next line is neither empty nor, in RELAXED, perhaps
 * blank.  A space stands in RELAXED before text only; a tab never does.
 */
static uint64_t doubtful(enum dkim_canon canon, const struct marks *m)
{
	uint64_t line = m->cr | m->lf;
	uint64_t no_text = canon == DKIM_RELAXED ? line | m->space | m->tab : line;
	uint64_t blank = canon == DKIM_RELAXED ? m->tab | (m->space & no_text >> 1) : 0;
	uint64_t stray_lf = m->lf & ~(m->cr << 1);
	uint64_t next_line = line | blank;
	uint64_t end = m->cr & m->lf >> 1;

	return blank | stray_lf | (end & next_line >> 2) |
	       (canon == DKIM_RELAXED ? m->cr & ~end : 0);
}

size_t dkim_run_len(enum dkim_canon canon, struct span bytes)
{
	size_t at = 0;

	while (bytes.len - at >= BLOCK) {
		struct marks m = mark(bytes.p + at);
		uint64_t bits;

		/* Between CR and LF no run may end; the LF at the start is then its CR's. */
		if (at && bytes.p[at - 1] == '\r')
			m.lf &= ~UINT64_C(1);
		bits = doubtful(canon, &m) & ((UINT64_C(1) << STEP) - 1);
		if (bits)
			return at + (size_t)__builtin_ctzll(bits);
		at += STEP;
	}
	/* A CR that was judged with its LF stays with it. */
	if (at && bytes.p[at - 1] == '\r' && bytes.p[at] == '\n')
		at++;
	return at;
}
