// SPDX-License-Identifier: Apache-2.0
/* Signatures: what is accepted keeps what dkim_sig.h promises; what is not has a reason. */
#include <assert.h>
#include <stdint.h>

#include "dkim_sig.h"
#include "dkim_tag.h"
#include "idn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool lists_from(struct span headers)
{
	struct span name;
	bool found = false;

	while (dkim_tag_next_item(&headers, &name)) {
		assert(name.len);
		found |= span_eq_nocase(name, SPAN("from"));
	}
	return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span value = span_of((const char *)data, size);
	enum dkim_why why;
	struct dkim_sig sig;

	if (dkim_sig_parse(value, idn_to_ascii, &sig, &why) != PARSE_OK) {
		assert(dkim_why_result(why) == DKIM_PERMERROR);
		assert(sig.domain.len <= DOMAIN_MAX && sig.selector.len <= DOMAIN_MAX);
		return 0;
	}
	assert(sig.domain.len && sig.selector.len);
	assert(!domain_is_unicode(domain_span(&sig.domain)));
	assert(!domain_is_unicode(domain_span(&sig.selector)));
	assert(sig.domain.len + sig.selector.len + 12 <= DKIM_NAME_MAX);
	assert(sig.b_value.p > value.p && sig.b_value.p + sig.b_value.len <= value.p + size);
	assert(sig.signature_len && sig.signature_len <= DKIM_SIGNATURE_MAX);
	assert(sig.body_hash_len && sig.body_hash_len <= DKIM_BODY_HASH_MAX);
	assert(!sig.has_expiration || !sig.has_timestamp || sig.expiration > sig.timestamp);
	assert(lists_from(sig.headers));
	return 0;
}
