// SPDX-License-Identifier: Apache-2.0
#include "settings_rows.h"

static const struct settings_choice dkim_sources[] = {
	{ "none", POLICY_DKIM_NONE, NULL },
	{ "authres", POLICY_DKIM_AUTHRES, NULL },
	{ "native", POLICY_DKIM_NATIVE, NULL },
	{ NULL, 0, NULL },
};

static const struct settings_choice partial_bodies[] = {
	{ "ignore", false, NULL },
	{ "accept", true, NULL },
	{ NULL, 0, NULL },
};

static const struct settings_row dkim_rows[] = {
	{
		PLACE(dkim, source),
		.type = &settings_type_choice,
		.choices = dkim_sources,
		.fallback = "native",
		.example = "source = \"native\"",
		.help = "Who verifies DKIM signatures: exogate itself (\"native\"), with keys\n"
			"from DNS (dns.servers); or a verifier before it in the chain of\n"
			"milters, whose Authentication-Results field is on top of the message\n"
			"(\"authres\"); or nobody (\"none\").",
	},
	{
		PLACE(dkim, trusted_authserv_id),
		.type = &settings_type_hostname,
		.absent = "required with source = \"authres\"",
		.example = "trusted_authserv_id = \"dkim.relay.example.net\"",
		.help = "The name in that verifier's fields, byte for byte. It differs from\n"
			"authserv_id, whose fields are removed.",
	},
	{
		PLACE(dkim, signatures),
		.type = &settings_type_integer,
		.min = "1",
		.max = "16",
		.fallback = "8",
		.example = "signatures = 8",
		.help = "How many signatures of a message are tried with \"native\": those of\n"
			"tenants and of From's domain first.",
	},
	{
		PLACE(dkim, min_rsa_bits),
		.type = &settings_type_integer,
		.min = "1024",
		.max = "4096",
		.fallback = "1024",
		.example = "min_rsa_bits = 2048",
		.help = "The shortest RSA key that verifies with \"native\" (RFC 8301: 1024 at\n"
			"least).",
	},
	{
		PLACE(dkim, partial_body),
		.type = &settings_type_choice,
		.choices = partial_bodies,
		.fallback = "ignore",
		.example = "partial_body = \"ignore\"",
		.help = "What a signature proves with \"native\" whose l= leaves some of the body\n"
			"uncovered, so that anyone may have added to it: nothing, or (\"accept\")\n"
			"as much as any other.",
	},
};
const struct settings_scope settings_table_dkim = SCOPE(dkim_rows, struct settings_tree_dkim);

static const struct settings_row dns_rows[] = {
	{
		PLACE(dns, servers),
		.shape = SETTINGS_MANY,
		.flags = SETTINGS_NONEMPTY,
		.type = &settings_type_name_server,
		.absent = "default: those of /etc/resolv.conf",
		.example = "servers = [ \"127.0.0.1\" ]",
		.help = "Whom to ask for the keys of signatures: \"ADDRESS\", \"ADDRESS:PORT\" or\n"
			"\"[ADDRESS]:PORT\". Best a validating resolver on this host: what it\n"
			"answers is believed, who can forge its answers can forge\n"
			"signatures, and questions under way leave from one port of a worker's\n"
			"(RFC 5452). 8 are asked at most, one after the other. /etc/resolv.conf\n"
			"is read again when it has changed.",
	},
	{
		PLACE(dns, timeout),
		.type = &settings_type_duration,
		.min = "1s",
		.max = "120s",
		.fallback = "12s",
		.example = "timeout = \"12s\"",
		.help = "How long all servers together may be silent; then the key cannot be\n"
			"had for now, and a message whose verdict it could change is deferred.",
	},
	{
		PLACE(dns, cache),
		.type = &settings_type_count,
		.min = "1",
		.max = "1M",
		.fallback = "1000",
		.example = "cache = \"1000\"",
		.help = "Answers that each worker remembers, for as long as they hold; those that\n"
			"say that there is no key, too, for 5 minutes at most. Questions that\n"
			"wait for one have room of their own: 16 for each message that the\n"
			"worker can judge at once, 16384 at most, of up to 2 KiB; others' can\n"
			"take a quarter of it, so that their silence delays no tenant's mail.",
	},
};
const struct settings_scope settings_table_dns = SCOPE(dns_rows, struct settings_tree_dns);
