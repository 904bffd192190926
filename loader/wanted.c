// SPDX-License-Identifier: Apache-2.0
#include "wanted.h"

#include "endpoints.h"
#include "log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define LIST_URL "https://endpoints.office.com/endpoints/worldwide?clientrequestid=UUID"

const uint8_t wanted_never4[4] = { 255, 255, 255, 255 };
const uint8_t wanted_never6[16] = { 0xff, 0x02, [15] = 1 };

/* Unpublished, and in no SPF record: mail that Microsoft relays without vouching for it. */
static const struct prefix relay_pool = {
	.family = 4,
	.length = 16,
	.source = PREFIX_RELAY_POOL,
	.addr = { 40, 95 },
};

static struct prefix items[ENDPOINTS_PREFIXES_MAX + OPTIONS_ALLOW_MAX + 1];

static int refuse_never(const struct prefix_set *set)
{
	char text[PREFIX_TEXT_SIZE];
	const struct prefix *found;

	found = prefix_set_find(set, 4, wanted_never4);
	if (!found)
		found = prefix_set_find(set, 6, wanted_never6);
	if (!found)
		return 0;
	return log_error("%s covers broadcast or multicast addresses; list senders only",
			 prefix_format(found, text));
}

int wanted_read(const struct options *options, struct prefix_set *out)
{
	struct prefix_set set = { .items = items };
	char reason[ENDPOINTS_ERROR_SIZE];

	if (access(options->acl, F_OK) && errno == ENOENT)
		return log_error("%s does not exist; store %s there, or name another file by --acl",
				 options->acl, LIST_URL);
	if (endpoints_read(options->acl, set.items, ENDPOINTS_PREFIXES_MAX, &set.n, reason,
			   sizeof(reason)))
		return log_error("%s; fetch it anew from %s", reason, LIST_URL);
	memcpy(set.items + set.n, options->allow, options->n_allow * sizeof(options->allow[0]));
	set.n += options->n_allow;
	if (options->relay_pool)
		set.items[set.n++] = relay_pool;
	prefix_set_normalise(&set);
	if (refuse_never(&set))
		return -1;
	*out = set;
	return 0;
}
