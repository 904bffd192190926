// SPDX-License-Identifier: Apache-2.0
/* Frames: every answer is a reason, and a source that is to be looked up lies in the frame. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "classify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct classify_source source = { 0 };
	enum exogate_reason reason = classify_frame(data, data + size, 25, &source);

	assert(reason < EXOGATE_REASON_N);
	if (reason == EXOGATE_UNLISTED) {
		size_t bytes = source.family == 4 ? 4 : 16;

		assert(source.addr >= data && source.addr + bytes <= data + size);
	}
	return 0;
}
