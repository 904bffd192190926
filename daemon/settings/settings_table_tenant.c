// SPDX-License-Identifier: Apache-2.0
#include "settings_rows.h"

const struct settings_choice settings_table_modes[] = {
	{ "enforce", POLICY_ENFORCE, NULL },
	{ "monitor", POLICY_MONITOR, NULL },
	{ NULL, 0, NULL },
};

static const struct settings_choice refusals[] = {
	{ "reject", POLICY_REFUSAL_REJECT, NULL },
	{ "hold", POLICY_REFUSAL_HOLD, NULL },
	{ NULL, 0, NULL },
};

static const struct settings_choice unknown_ids[] = {
	{ "conflict", POLICY_UNKNOWN_IDS_CONFLICT, NULL },
	{ "ignore", POLICY_UNKNOWN_IDS_IGNORE, NULL },
	{ NULL, 0, NULL },
};

static const struct settings_choice proofs[] = {
	{ "stamp", POLICY_PROOF_STAMP, NULL },
	{ "signature", POLICY_PROOF_SIGNATURE, NULL },
	{ "secret", POLICY_PROOF_SECRET, NULL },
	{ NULL, 0, NULL },
};

static const struct settings_choice forwardings[] = {
	{ "reject", POLICY_FORWARDING_REJECT, NULL },
	{ "srs", POLICY_FORWARDING_SRS, NULL },
	{ "resent-from", POLICY_FORWARDING_RESENT_FROM, NULL },
	{ NULL, 0, NULL },
};

static const struct settings_row rewrite_rows[] = {
	{
		PLACE(rewrite, map),
		.flags = SETTINGS_REQUIRED,
		.type = &settings_type_path,
		.example = "map = \"/etc/exogate/contoso.map\"",
		.help = "A file of rows \"@old.example @new.example\": senders in the one domain\n"
			"move to the other, in envelope and From. The new domains then count as\n"
			"the tenant's.",
	},
};
static const struct settings_scope rewrite = SCOPE(rewrite_rows, struct settings_tree_rewrite);

static const struct settings_row secret_header_rows[] = {
	{
		PLACE(secret_header, name),
		.flags = SETTINGS_REQUIRED,
		.type = &settings_type_field_name,
		.example = "name = \"X-Contoso-Relay\"",
		.help = "The field's name. A mail flow rule of the tenant's sets it; exogate\n"
			"removes it from all mail, and neither logs nor shows its value.",
	},
	{
		PLACE(secret_header, values),
		.flags = SETTINGS_REQUIRED,
		.type = &settings_type_content,
		.example = "values = \"</etc/exogate/contoso.secret\"",
		.help = "A file of the values that are valid, one a line: two while a new one\n"
			"takes the place of the old. A field with another value, or a second\n"
			"field, is a conflict.",
	},
};
static const struct settings_scope secret_header =
	SCOPE(secret_header_rows, struct settings_tree_secret_header);

static const struct settings_row tenant_rows[] = {
	{
		PLACE(tenant, name),
		.flags = SETTINGS_REQUIRED,
		.type = &settings_type_name,
		.example = "name = \"contoso\"",
		.help = "What the tenant is called in the log: letters, digits, \"_\" and \"-\".",
	},
	{
		PLACE(tenant, ids),
		.shape = SETTINGS_MANY,
		.flags = SETTINGS_NONEMPTY,
		.type = &settings_type_guid,
		.absent = "default: none",
		.example = "ids = [ \"1234abcd-18c5-45e8-88de-123456789abc\" ]",
		.help = "Tenant ids as Microsoft stamps them; more than one while tenants\n"
			"merge.",
	},
	{
		PLACE(tenant, unknown_ids),
		.type = &settings_type_choice,
		.choices = unknown_ids,
		.fallback = "conflict",
		.example = "unknown_ids = \"ignore\"",
		.help = "Of a tenant without ids: whether a stamped id is another tenant's, or\n"
			"is not looked at, so that of the stamps X-OriginatorOrg alone tells.",
	},
	{
		PLACE(tenant, domains),
		.shape = SETTINGS_MANY,
		.flags = SETTINGS_REQUIRED | SETTINGS_NONEMPTY,
		.type = &settings_type_domains,
		.example = "domains = [ \"contoso.com\", \"contoso.onmicrosoft.com\" ]",
		.help = "Domains that only this tenant may send from, in envelope and From;\n"
			"\".contoso.com\" means the subdomains. A domain belongs to one tenant;\n"
			"the longest match wins. One in Unicode and its A-label (xn--...) are\n"
			"the same, here and in mail.",
	},
	{
		PLACE(tenant, originator_orgs),
		.shape = SETTINGS_MANY,
		.flags = SETTINGS_NONEMPTY,
		.type = &settings_type_domain,
		.absent = "default: domains, and what rewrite.map moves senders to",
		.example = "originator_orgs = [ \"contoso.com\" ]",
		.help = "What X-OriginatorOrg may say: accepted domains of the tenant.",
	},
	{
		PLACE(tenant, dkim_domains),
		.shape = SETTINGS_MANY,
		.flags = SETTINGS_NONEMPTY,
		.type = &settings_type_domain,
		.absent = "default: domains, and what rewrite.map moves senders to",
		.example = "dkim_domains = [ \"contoso.com\" ]",
		.help = "Whose DKIM signatures (d=) are a proof.",
	},
	{
		PLACE(tenant, secret_header),
		.shape = SETTINGS_GROUP,
		.scope = &secret_header,
		.example = "secret_header: { name = \"X-Contoso-Relay\"; "
			   "values = \"</etc/exogate/contoso.secret\"; }",
	},
	{
		PLACE(tenant, proofs),
		.type = &settings_type_integer,
		.min = "1",
		.max = "3",
		.fallback = "2",
		.example = "proofs = 2",
		.help = "How many proofs must agree, of Microsoft's stamp, a DKIM signature and\n"
			"the secret header.",
	},
	{
		PLACE(tenant, proofs_reason),
		.type = &settings_type_note,
		.absent = "default: none",
		.example = "proofs_reason = \"signs nothing before May\"",
		.help = "Why one proof must do, for who reads this; exogated check warns of one\n"
			"proof without a reason.",
	},
	{
		PLACE(tenant, required),
		.shape = SETTINGS_MANY,
		.type = &settings_type_choice,
		.choices = proofs,
		.example = "required = [ \"signature\" ]",
		.help = "Proofs that must be among those that agree.",
	},
	{
		PLACE(tenant, relay_addresses),
		.shape = SETTINGS_MANY,
		.type = &settings_type_prefix,
		.example = "relay_addresses = [ \"198.51.100.7\" ]",
		.help = "Servers of the tenant (hybrid Exchange) that may relay through\n"
			"Exchange Online.",
	},
	{
		PLACE(tenant, forwarding),
		.type = &settings_type_choice,
		.choices = forwardings,
		.fallback = "reject",
		.example = "forwarding = \"srs\"",
		.help = "Mail that the tenant forwards, with a From that is no tenant's: \"srs\"\n"
			"relays it if the tenant's proofs agree and a DKIM signature of From's\n"
			"domain verifies, \"resent-from\" also if its one Resent-From is the\n"
			"tenant's. The envelope sender must be null or the tenant's, as Exchange\n"
			"Online writes it: this version makes no SRS addresses.",
	},
	{
		PLACE(tenant, mode),
		.type = &settings_type_choice,
		.choices = settings_table_modes,
		.absent = "default: the mode of all",
		.example = "mode = \"monitor\"",
		.help = "As the mode of all, for mail from this tenant's domains.",
	},
	{
		PLACE(tenant, refusal),
		.type = &settings_type_choice,
		.choices = refusals,
		.fallback = "reject",
		.example = "refusal = \"hold\"",
		.help = "What mail from this tenant's domains gets instead of a 550: \"hold\" has\n"
			"the mail server take it and keep it (Postfix's hold queue), stripped of\n"
			"what is forged, not rewritten. One that cannot hold it sends the 550.",
	},
	{
		PLACE(tenant, rate_limit),
		.shape = SETTINGS_GROUP,
		.scope = &settings_table_rate_limit,
		.example = "rate_limit: { messages_hour = \"3K\"; }",
	},
	{
		PLACE(tenant, rewrite),
		.shape = SETTINGS_GROUP,
		.scope = &rewrite,
		.example = "rewrite: { map = \"/etc/exogate/contoso.map\"; }",
	},
};
const struct settings_scope settings_table_tenant = SCOPE(tenant_rows, struct settings_tree_tenant);
