/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock - the only place that asks what time it is.
 */
#ifndef EXOGATE_CLOCK_H
#define EXOGATE_CLOCK_H

#include <stdint.h>

#define CLOCK_SECOND_NS 1000000000ull

/* Nanoseconds since some start; never goes back. */
uint64_t clock_monotonic_ns(void);

/* Seconds since 1970, as the host believes. */
uint64_t clock_unix_s(void);

#endif
