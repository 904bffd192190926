// SPDX-License-Identifier: Apache-2.0
#include "notify.h"

#include <inttypes.h>
#include <limits.h>
#include <systemd/sd-daemon.h>

#include "clock.h"

void notify_ready(void)
{
	sd_notify(0, "READY=1");
}

void notify_reloading(void)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, clock_monotonic_ns() / 1000);
}

void notify_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void notify_alive(void)
{
	sd_notify(0, "WATCHDOG=1");
}

/* Half of the time after which the manager gives up, as sd_watchdog_enabled(3) advises. */
int notify_alive_interval_ms(void)
{
	uint64_t limit_us;

	if (sd_watchdog_enabled(0, &limit_us) <= 0)
		return 0;
	return limit_us / 2000 < INT_MAX ? (int)(limit_us / 2000) : INT_MAX;
}
