// SPDX-License-Identifier: Apache-2.0
/*
 * Whether a byte stands as it is depends on it and the next one, but for a CR LF, which a run keeps
 * together.  Bytes are judged 16 at a time, and looked at one by one only where some are doubtful.
 * Doubt costs time, never correctness: what is doubted is settled by who asked.
 */
#include "dkim_run.h"

#if defined(__SSE2__) && !defined(DKIM_RUN_PORTABLE)
#include <emmintrin.h>
#endif

#define VECTOR ((size_t)16)
#define BLOCK  (4 * VECTOR)

#if defined(__SSE2__) && !defined(DKIM_RUN_PORTABLE)

typedef __m128i vector;

static inline vector load(const char *p)
{
	return _mm_loadu_si128((const __m128i *)p);
}

static inline vector is(vector bytes, char c)
{
	return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c));
}

/* Blanks, line ends and control characters. */
static inline vector is_low(vector bytes)
{
	return _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(' ')), bytes);
}

static inline bool any(vector bytes)
{
	return _mm_movemask_epi8(bytes) != 0;
}

static inline unsigned int first(vector bytes)
{
	return (unsigned int)__builtin_ctz((unsigned int)_mm_movemask_epi8(bytes));
}

#else

/* The same with what every compiler has. */
typedef signed char vector __attribute__((vector_size(VECTOR)));

static inline vector load(const char *p)
{
	vector bytes;

	memcpy(&bytes, p, sizeof(bytes));
	return bytes;
}

static inline vector is(vector bytes, char c)
{
	return (vector)(bytes == (signed char)c);
}

static inline vector is_low(vector bytes)
{
	return (vector)((bytes <= ' ') & (bytes >= 0));
}

static inline bool any(vector bytes)
{
	uint64_t halves[2];

	memcpy(halves, &bytes, sizeof(halves));
	return halves[0] | halves[1];
}

static inline unsigned int first(vector bytes)
{
	unsigned int i = 0;

	while (!bytes[i])
		i++;
	return i;
}

#endif

/*
 * In RELAXED a tab; two low bytes in a row that are no CR LF, since one of them may be a blank or
 * empty line's; and what is before a LF that has no CR.
 */
static inline vector doubt_relaxed(const char *p)
{
	vector here = load(p), next = load(p + 1), lf = is(next, '\n');
	vector crlf = is(here, '\r') & lf;

	return ((is_low(here) & is_low(next)) ^ crlf) | (lf ^ crlf) | is(here, '\t');
}

/* In SIMPLE a line end that an empty line follows, and what is before a LF that has no CR. */
static inline vector doubt_simple(const char *p)
{
	vector here = load(p), next = load(p + 1), lf = is(next, '\n');
	vector crlf = is(here, '\r') & lf;

	return (is(here, '\n') & is(next, '\r')) | (lf ^ crlf);
}

static inline vector doubt(enum dkim_canon canon, const char *p)
{
	return canon == DKIM_RELAXED ? doubt_relaxed(p) : doubt_simple(p);
}

/* The first doubtful byte of the block; BLOCK if there is none. */
static inline size_t find_doubt(enum dkim_canon canon, const char *p)
{
	vector a = doubt(canon, p), b = doubt(canon, p + VECTOR);
	vector c = doubt(canon, p + 2 * VECTOR), d = doubt(canon, p + 3 * VECTOR);

	if (!any(a | b | c | d))
		return BLOCK;
	if (any(a))
		return first(a);
	if (any(b))
		return VECTOR + first(b);
	return any(c) ? 2 * VECTOR + first(c) : 3 * VECTOR + first(d);
}

static inline size_t run_len(enum dkim_canon canon, struct span bytes)
{
	size_t at = 0, n = BLOCK;

	while (n == BLOCK && bytes.len - at > BLOCK) {
		n = find_doubt(canon, bytes.p + at);
		at += n;
	}
	/* With a CR its LF goes. */
	return at && bytes.p[at - 1] == '\r' ? at - 1 : at;
}

size_t dkim_run_len(enum dkim_canon canon, struct span bytes)
{
	if (!bytes.len || bytes.p[0] == '\n')
		return 0;
	return canon == DKIM_RELAXED ? run_len(DKIM_RELAXED, bytes) : run_len(DKIM_SIMPLE, bytes);
}
