// SPDX-License-Identifier: Apache-2.0
/* Responses: what is found lies in the buffer, in order, and only what was found is told. */
#include <assert.h>
#include <stdint.h>

#include "dns_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char bytes[1024];
	struct outbuf texts = outbuf_over(bytes, sizeof(bytes));
	const char *at = bytes;
	struct dns_answer answer;

	dns_message_read(span_of((const char *)data, size), SPAN("s1._domainkey.contoso.com"),
			 &texts, &answer);
	assert((answer.status == DNS_FOUND) == (answer.n > 0));
	assert(answer.n <= DNS_TEXTS_MAX);
	assert(answer.ttl_s <= 0x7fffffff);
	for (size_t i = 0; i < answer.n; i++) {
		assert(answer.texts[i].p == at);
		at += answer.texts[i].len;
	}
	assert(at <= bytes + sizeof(bytes));
	return 0;
}
