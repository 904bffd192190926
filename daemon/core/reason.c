// SPDX-License-Identifier: Apache-2.0
#include "reason.h"

struct span reason_word(enum reason reason)
{
	static const struct span words[] = {
#define REASON_WORD(reason, word, text) [reason] = { word, sizeof(word) - 1 },
		REASONS(REASON_WORD)
#undef REASON_WORD
	};

	return words[reason];
}

struct span reason_text(enum reason reason)
{
	static const struct span texts[] = {
#define REASON_TEXT(reason, word, text) [reason] = { text, sizeof(text) - 1 },
		REASONS(REASON_TEXT)
#undef REASON_TEXT
	};

	return texts[reason];
}
