// SPDX-License-Identifier: Apache-2.0
#include "instance.h"
#include "settings_rows.h"

static const struct settings_choice acl_checks[] = {
	{ "addresses", POLICY_ACL_ADDRESSES, NULL },
	{ "none", POLICY_ACL_NONE, NULL },
	{ NULL, 0, NULL },
};

static const struct settings_choice instance_names[] = {
	{ "worldwide", INSTANCE_WORLDWIDE, NULL },
	{ "china", INSTANCE_CHINA, NULL },
	{ "gcc-high", INSTANCE_GCC_HIGH, NULL },
	{ "dod", INSTANCE_DOD, NULL },
	{ NULL, 0, NULL },
};

static const struct settings_choice relay_pools[] = {
	{ "ignore", false, NULL },
	{ "accept", true, NULL },
	{ NULL, 0, NULL },
};

static const struct settings_choice other_clients[] = {
	{ "reject", POLICY_OTHER_REJECT, NULL },
	{ "pass", POLICY_OTHER_PASS, NULL },
	{ NULL, 0, NULL },
};

static const struct settings_row acl_rows[] = {
	{
		PLACE(acl, check),
		.type = &settings_type_choice,
		.choices = acl_checks,
		.fallback = "addresses",
		.example = "check = \"addresses\"",
		.help = "Who is taken for Exchange Online: who has an address of the list, or,\n"
			"with \"none\", everyone who has an address: then the certificate alone,\n"
			"or the mail server, keeps strangers out.",
	},
	{
		PLACE(acl, source),
		.type = &settings_type_path,
		.absent = "required with check = \"addresses\"",
		.example = "source = \"/var/lib/exogate/microsoft.json\"",
		.help = "Microsoft's endpoint list (JSON, as its web service answers): the\n"
			"addresses of Exchange Online are its entries of Exchange for TCP port\n"
			"25.",
	},
	{
		PLACE(acl, instance),
		.type = &settings_type_choice,
		.choices = instance_names,
		.fallback = "worldwide",
		.example = "instance = \"worldwide\"",
		.help = "Which of Microsoft's clouds source is the list of. Worldwide's list is\n"
			"an error with any other.",
	},
	{
		PLACE(acl, relay_pool),
		.type = &settings_type_choice,
		.choices = relay_pools,
		.fallback = "ignore",
		.example = "relay_pool = \"ignore\"",
		.help = "Microsoft's relay pool (40.95.0.0/16, worldwide's only, in no list of\n"
			"its), from where it sends what it does not vouch for, such as mail that\n"
			"is forwarded with a foreign sender: \"accept\" takes it for Exchange\n"
			"Online too. The packet filter needs --relay-pool then.",
	},
	{
		PLACE(acl, allow),
		.shape = SETTINGS_MANY,
		.type = &settings_type_prefix,
		.example = "allow = [ \"192.0.2.0/24\" ]",
		.help = "Other clients that may send to anyone, without check of a tenant,\n"
			"where other_clients is \"pass\". They never count as Exchange Online.",
	},
	{
		PLACE(acl, other_clients),
		.type = &settings_type_choice,
		.choices = other_clients,
		.fallback = "reject",
		.example = "other_clients = \"reject\"",
		.help = "What becomes of clients that are not Exchange Online: \"pass\" accepts\n"
			"those who authenticated, are in allow, or send to hosted domains only.",
	},
};
const struct settings_scope settings_table_acl = SCOPE(acl_rows, struct settings_tree_acl);
