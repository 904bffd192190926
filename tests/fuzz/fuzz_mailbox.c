// SPDX-License-Identifier: Apache-2.0
/*
 * Address fields: what is found lies in the value, in order, and reads the same on its own; what
 * has an octet outside ASCII is never a domain that lacks an A-label.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "idn.h"
#include "mailbox.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BOXES 4

static void check_path(struct span value)
{
	struct mailbox box;

	if (mailbox_path_parse(value, idn_to_ascii, &box) != PARSE_OK || box.address.len == 0)
		return;
	assert(box.address.p >= value.p && box.address.p + box.address.len <= value.p + value.len);
	assert(box.domain.len <= DOMAIN_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span value = span_of((const char *)data, size);
	struct mailbox boxes[BOXES];
	const char *at = value.p;
	size_t n = 0;

	check_path(value);
	if (mailbox_list_parse(value, idn_to_ascii, boxes, BOXES, &n) != PARSE_OK)
		return 0;
	for (size_t i = 0; i < n && i < BOXES; i++) {
		const struct mailbox *box = &boxes[i];
		struct domain domain;

		assert(box->local.p >= at && box->domain_text.p > box->local.p);
		at = box->domain_text.p + box->domain_text.len;
		assert(at <= value.p + value.len);
		assert(!box->domain.len || !domain_is_unicode(box->domain_text) ||
		       memmem(box->domain.text, box->domain.len, "xn--", 4));
		if (box->domain.len)
			assert(domain_parse_unicode(box->domain_text, idn_to_ascii, &domain) ==
				       PARSE_OK &&
			       span_eq(domain_span(&domain), domain_span(&box->domain)));
	}
	return 0;
}
