// SPDX-License-Identifier: Apache-2.0
#include "reason.h"

static const struct {
	struct span word;
	struct span text;
} names[] = {
#define REASON_NAMES(reason, word, text) \
	[reason] = { { word, sizeof(word) - 1 }, { text, sizeof(text) - 1 } },
	REASONS(REASON_NAMES)
#undef REASON_NAMES
};

struct span reason_word(enum reason reason)
{
	return names[reason].word;
}

struct span reason_text(enum reason reason)
{
	return names[reason].text;
}
