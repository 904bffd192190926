// SPDX-License-Identifier: Apache-2.0
/* Key records: what is accepted has a key's text in the record; base64 never writes beyond. */
#include <assert.h>
#include <stdint.h>

#include "base64.h"
#include "dkim_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span record = span_of((const char *)data, size);
	unsigned char bytes[64];
	struct dkim_key key;
	enum dkim_why why;
	size_t len;

	if (dkim_key_parse(record, &key, &why) != PARSE_OK) {
		assert(dkim_why_result(why) == DKIM_PERMERROR);
		return 0;
	}
	assert(key.text.len && key.text.p > record.p);
	assert(key.text.p + key.text.len <= record.p + size);
	if (base64_decode(key.text, bytes, sizeof(bytes), &len) == PARSE_OK)
		assert(len <= sizeof(bytes) && len <= key.text.len / 4 * 3);
	return 0;
}
