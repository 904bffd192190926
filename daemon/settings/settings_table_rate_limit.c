// SPDX-License-Identifier: Apache-2.0
#include "settings_rows.h"

static const struct settings_row rate_limit_rows[] = {
	{
		PLACE(rate_limit, messages_minute),
		.type = &settings_type_count,
		.min = "0",
		.max = "100M",
		.absent = "default: as for all, or no limit",
		.example = "messages_minute = \"300\"",
		.help = "Messages that are accepted as authorised or forwarded, in a minute; more\n"
			"are deferred with the reason rate-limit. What was not used may come at\n"
			"once, up to the limit. \"0\" is no limit.",
	},
	{
		PLACE(rate_limit, messages_hour),
		.type = &settings_type_count,
		.min = "0",
		.max = "100M",
		.absent = "default: as for all, or no limit",
		.example = "messages_hour = \"3K\"",
		.help = "The same in an hour.",
	},
	{
		PLACE(rate_limit, recipients_minute),
		.type = &settings_type_count,
		.min = "0",
		.max = "100M",
		.absent = "default: as for all, or no limit",
		.example = "recipients_minute = \"3K\"",
		.help = "Their recipients in a minute. A message with more takes all of it.",
	},
	{
		PLACE(rate_limit, recipients_hour),
		.type = &settings_type_count,
		.min = "0",
		.max = "100M",
		.absent = "default: as for all, or no limit",
		.example = "recipients_hour = \"30K\"",
		.help = "The same in an hour.",
	},
};
const struct settings_scope settings_table_rate_limit =
	SCOPE(rate_limit_rows, struct settings_tree_rate_limit);
