// SPDX-License-Identifier: Apache-2.0
/* Address fields: what is found lies in the value, in order, and reads the same on its own. */
#include <assert.h>
#include <stdint.h>

#include "mailbox.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BOXES 4

static void check_path(struct span value)
{
	struct mailbox box;

	if (mailbox_path_parse(value, &box) != PARSE_OK || box.address.len == 0)
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
	if (mailbox_list_parse(value, boxes, BOXES, &n) != PARSE_OK)
		return 0;
	for (size_t i = 0; i < n && i < BOXES; i++) {
		const struct mailbox *box = &boxes[i];
		struct domain domain;

		assert(box->local.p >= at && box->domain_text.p > box->local.p);
		at = box->domain_text.p + box->domain_text.len;
		assert(at <= value.p + value.len);
		if (box->domain.len)
			assert(domain_parse(box->domain_text, &domain) == PARSE_OK &&
			       span_eq(domain_span(&domain), domain_span(&box->domain)));
	}
	return 0;
}
