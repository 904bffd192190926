/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu - what the core is told of the CPU: to a pure function it is one more thing from outside.
 */
#ifndef EXOGATE_CPU_H
#define EXOGATE_CPU_H

#include <stdbool.h>

static inline bool cpu_has_avx2(void)
{
#ifdef __x86_64__
	return __builtin_cpu_supports("avx2") != 0;
#else
	return false;
#endif
}

#endif
