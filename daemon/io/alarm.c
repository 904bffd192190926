// SPDX-License-Identifier: Apache-2.0
#include "alarm.h"

#include <inttypes.h>
#include <stdio.h>

#include "clock.h"
#include "log.h"

#define INTERVAL_NS (60 * CLOCK_SECOND_NS)

static const struct {
	struct span word;
	const char *text;
} names[] = {
#define ALARM_NAMES(alarm, word, text) [alarm] = { { word, sizeof(word) - 1 }, text },
	ALARMS(ALARM_NAMES)
#undef ALARM_NAMES
};

struct span alarm_word(enum alarm alarm)
{
	return names[alarm].word;
}

void alarm_say(struct alarm_log *log, enum alarm alarm, const char *about, uint64_t now_ns)
{
	char more[64] = "";

	if (log->said_ns[alarm] && now_ns - log->said_ns[alarm] < INTERVAL_NS) {
		log->unsaid[alarm]++;
		return;
	}
	if (log->unsaid[alarm])
		snprintf(more, sizeof(more), " (%" PRIu64 " more since the last line)",
			 log->unsaid[alarm]);
	log_line("alarm: %s: %s: %s%s", names[alarm].word.p, about, names[alarm].text, more);
	log->said_ns[alarm] = now_ns;
	log->unsaid[alarm] = 0;
}
