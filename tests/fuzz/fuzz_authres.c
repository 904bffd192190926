// SPDX-License-Identifier: Apache-2.0
/* Authentication-Results: results lie in the value, and a valid field of ours is always claimed. */
#include <assert.h>
#include <stdint.h>

#include "authres.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(struct span whole, struct span part)
{
	assert(part.len == 0 || (part.p >= whole.p && part.p + part.len <= whole.p + whole.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span value = span_of((const char *)data, size);
	bool claimed = authres_claims(value, SPAN("mx.example.net"));
	struct authres_property property;
	struct authres_result result;
	struct authres authres;

	if (authres_parse(value, &authres) != PARSE_OK)
		return 0;
	check_inside(value, authres.authserv_id);
	if (span_eq_nocase(authres.authserv_id, SPAN("mx.example.net")))
		assert(claimed);
	while (authres_next_result(&authres, &result)) {
		check_inside(value, result.method);
		check_inside(value, result.result);
		while (authres_next_property(&authres, &property))
			check_inside(value, property.value);
	}
	return 0;
}
