// SPDX-License-Identifier: Apache-2.0
#include "clock.h"

#include <time.h>

uint64_t clock_monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * CLOCK_SECOND_NS + (uint64_t)now.tv_nsec;
}

uint64_t clock_unix_s(void)
{
	return (uint64_t)time(NULL);
}
