// SPDX-License-Identifier: Apache-2.0
/* Microsoft's JSON: what is accepted is canonical, and never everybody. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "endpoints.h"
#include "prefix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PREFIXES 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct prefix prefixes[PREFIXES];
	char text[PREFIX_TEXT_SIZE], err[256];
	struct prefix again;
	size_t n = 0;

	if (endpoints_parse((const char *)data, size, prefixes, PREFIXES, &n, err, sizeof(err)))
		return 0;
	assert(n > 0 && n <= PREFIXES);
	for (size_t i = 0; i < n; i++) {
		assert(prefixes[i].length > 0);
		prefix_format(&prefixes[i], text);
		assert(prefix_parse(text, strlen(text), &again) == PREFIX_OK);
		assert(!memcmp(again.addr, prefixes[i].addr, sizeof(again.addr)));
	}
	return 0;
}
