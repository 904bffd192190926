/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * cursor - a frame read from front to back: check, advance, return what was stepped over.
 *
 * The bytes are hostile; nothing outside [pos, end) is read, and no alignment is assumed.
 */
#ifndef EXOGATE_CURSOR_H
#define EXOGATE_CURSOR_H

#include <linux/types.h>

/* The verifier follows pointers into the frame best where there are no calls. */
#define CURSOR_INLINE static inline __attribute__((always_inline))

/* Before a loop: every turn of it is written out, so that the verifier can take turns out. */
#ifdef __clang__
#define CURSOR_UNROLL _Pragma("unroll")
#else
#define CURSOR_UNROLL /* on the host it does not matter */
#endif

/* The compiler is to forget what it knows of a variable. */
#define CURSOR_OPAQUE(variable) asm volatile("" : "+r"(variable))

struct cursor {
	const __u8 *pos;
	const __u8 *end;
};

/* The next n bytes, stepped over; NULL if the frame ends before.  The verifier understands a
 * comparison with the end pointer, not a difference of the two. */
CURSOR_INLINE const __u8 *cursor_take(struct cursor *cursor, __u32 n)
{
	const __u8 *taken = cursor->pos;

	if (taken + n > cursor->end)
		return 0;
	cursor->pos = taken + n;
	return taken;
}

/* Are there so many bytes from one that was taken on?  By a difference, which tells the verifier
 * nothing: that of Linux 6.1 allows no sum of a pointer and a number read from the frame. */
CURSOR_INLINE int cursor_has(const struct cursor *cursor, const __u8 *taken, __u32 n)
{
	__u64 left = cursor->end - taken;

	CURSOR_OPAQUE(left);
	return n <= left;
}

CURSOR_INLINE __u32 cursor_be16(const __u8 *bytes)
{
	return (__u32)bytes[0] << 8 | bytes[1];
}

#endif
