// SPDX-License-Identifier: Apache-2.0
#include "dkim_why.h"

static const struct {
	enum dkim_result result;
	struct span word;
} whys[] = {
#define WHY_ROW(why, result, word) [why] = { result, { word, sizeof(word) - 1 } },
	DKIM_WHYS(WHY_ROW)
#undef WHY_ROW
};

static const struct span results[] = {
#define RESULT_ROW(result, word) [result] = { word, sizeof(word) - 1 },
	DKIM_RESULTS(RESULT_ROW)
#undef RESULT_ROW
};

enum dkim_result dkim_why_result(enum dkim_why why)
{
	return whys[why].result;
}

struct span dkim_why_word(enum dkim_why why)
{
	return whys[why].word;
}

struct span dkim_result_word(enum dkim_result result)
{
	return results[result];
}
