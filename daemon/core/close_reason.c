// SPDX-License-Identifier: Apache-2.0
#include "close_reason.h"

struct span close_reason_word(enum close_reason reason)
{
	static const struct span words[] = {
#define CLOSE_REASON_WORD(reason, word) [reason] = { word, sizeof(word) - 1 },
		CLOSE_REASONS(CLOSE_REASON_WORD)
#undef CLOSE_REASON_WORD
	};

	return words[reason];
}
