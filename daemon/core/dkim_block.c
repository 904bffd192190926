// SPDX-License-Identifier: Apache-2.0
/*
 * Each block is copied while it is looked for anything that may have to go.  If there is, it is
 * copied once more, from behind each run of bytes that goes: 64 bytes each time, of which the next
 * copy overwrites what is too much.  So nothing depends on the length of a word or an indentation,
 * which no CPU can foresee.
 *
 * Vectors are the compiler's own, of the width that the CPU has; only their bits are got in another
 * way on x86.
 */
#include "dkim_block.h"

#include <endian.h>

#define BLOCK DKIM_BLOCK_BYTES

#if defined(__AVX2__) && !defined(DKIM_BLOCK_PORTABLE)
#include <immintrin.h>
#define VECTOR ((size_t)32)
#elif defined(__SSE2__) && !defined(DKIM_BLOCK_PORTABLE)
#include <emmintrin.h>
#define VECTOR ((size_t)16)
#else
#define VECTOR ((size_t)16)
#endif

/* Of bytes; where it is the result of a comparison, of 0 and 255. */
typedef unsigned char vector __attribute__((vector_size(VECTOR)));

static inline vector load(const char *p)
{
	vector bytes;

	memcpy(&bytes, p, sizeof(bytes));
	return bytes;
}

static inline void store(char *p, vector bytes)
{
	memcpy(p, &bytes, sizeof(bytes));
}

/* A bit for each byte that is 255, the first one's lowest. */
static inline uint64_t bits_of(vector truth)
{
#if defined(__AVX2__) && !defined(DKIM_BLOCK_PORTABLE)
	return (uint32_t)_mm256_movemask_epi8((__m256i)truth);
#elif defined(__SSE2__) && !defined(DKIM_BLOCK_PORTABLE)
	return (uint32_t)_mm_movemask_epi8((__m128i)truth);
#else
	uint64_t halves[2];

	memcpy(halves, &truth, sizeof(halves));
	for (size_t i = 0; i < 2; i++)
		halves[i] = (le64toh(halves[i]) & 0x0101010101010101) * 0x0102040810204080 >> 56;
	return halves[0] | halves[1] << 8;
#endif
}

/* A bit for each of the block's bytes that is c. */
static inline uint64_t find(const char *p, char c)
{
	uint64_t found = 0;

	for (size_t i = 0; i < BLOCK; i += VECTOR)
		found |= bits_of(load(p + i) == (unsigned char)c) << i;
	return found;
}

/* The block, with blanks for tabs. */
static inline void copy(const char *p, char *out)
{
	for (size_t i = 0; i < BLOCK; i += VECTOR) {
		vector bytes = load(p + i);

		store(out + i, bytes ^ ((bytes == '\t') & ('\t' ^ ' ')));
	}
}

static inline bool begins_blank_or_line_end(const char *p)
{
	return p[0] == ' ' || p[0] == '\t' || (p[0] == '\r' && p[1] == '\n');
}

/* The block's blanks before a blank or a CR LF.  There is no other CR in it. */
static inline uint64_t find_needless(const char *p)
{
	uint64_t blanks = find(p, ' ') | find(p, '\t');
	uint64_t followed = (blanks | find(p, '\r')) >> 1;

	followed |= (uint64_t)begins_blank_or_line_end(p + BLOCK) << (BLOCK - 1);
	return blanks & followed;
}

/* The block without these of its bytes; octets written. */
static inline size_t copy_without(const char *p, char *out, uint64_t needless)
{
	size_t from = 0, len = 0;

	copy(p, out);
	while (needless) {
		size_t at = (size_t)__builtin_ctzll(needless);
		uint64_t kept = ~needless >> at;

		len += at - from;
		from = kept ? at + (size_t)__builtin_ctzll(kept) : BLOCK;
		copy(p + from, out + len);
		needless = kept ? needless & (UINT64_MAX << from) : 0;
	}
	return len + BLOCK - from;
}

struct findings {
	vector odd;    /* CR without LF, or before LF without CR */
	vector blanks; /* tabs, and blanks before another or before a control character */
};

/* Copies the block and looks at each byte and the one behind it. */
static inline struct findings copy_and_look(enum dkim_canon canon, const char *p, char *out)
{
	struct findings found = { 0 };

#pragma GCC unroll 4
	for (size_t i = 0; i < BLOCK; i += VECTOR) {
		vector here = load(p + i), next = load(p + i + 1);

		found.odd |= (here == '\r') ^ (next == '\n');
		if (canon == DKIM_RELAXED)
			found.blanks |= ((here == ' ') & (next <= ' ')) | (here == '\t');
		store(out + i, here);
	}
	return found;
}

/* Once for each canonicalisation: no block asks which one it is. */
static inline __attribute__((always_inline)) size_t run(enum dkim_canon canon, struct span *bytes,
							char *out, size_t room)
{
	struct span rest = *bytes;
	size_t len = 0;

	while (rest.len >= DKIM_BLOCK_REACH && room - len >= DKIM_BLOCK_REACH) {
		const char *p = rest.p;
		size_t cr = p[BLOCK - 1] == '\r', n = BLOCK; /* with its CR the LF goes */
		struct findings found = copy_and_look(canon, p, out + len);

		if (bits_of(found.odd | found.blanks)) {
			if (bits_of(found.odd))
				break;
			n = copy_without(p, out + len, find_needless(p));
		}
		len += n - cr;
		rest = span_after(rest, BLOCK - cr);
	}
	*bytes = rest;
	return len;
}

size_t dkim_block_run(enum dkim_canon canon, struct span *bytes, char *out, size_t room)
{
	if (bytes->len && bytes->p[0] == '\n')
		return 0;
	return canon == DKIM_RELAXED ? run(DKIM_RELAXED, bytes, out, room) :
				       run(DKIM_SIMPLE, bytes, out, room);
}
