// SPDX-License-Identifier: Apache-2.0
#include "settings_rows.h"

#define TOP_PLACE(member) .key = #member, .offset = offsetof(struct settings_tree, member)

static const struct settings_choice logged_messages[] = {
	{ "all", POLICY_LOG_ALL, NULL },
	{ "refused", POLICY_LOG_REFUSED, NULL },
	{ NULL, 0, NULL },
};

static const struct settings_choice certificate_checks[] = {
	{ "names", POLICY_CERTIFICATE_NAMES, NULL },
	{ "none", POLICY_CERTIFICATE_NONE, NULL },
	{ NULL, 0, NULL },
};

static const struct settings_choice missing_certificates[] = {
	{ "tempfail", POLICY_MISSING_TEMPFAIL, NULL },
	{ "ignore", POLICY_MISSING_IGNORE, NULL },
	{ NULL, 0, NULL },
};

static const struct settings_row socket_rows[] = {
	{
		PLACE(socket, mode),
		.type = &settings_type_mode,
		.fallback = "660",
		.example = "mode = \"660\"",
		.help = "Of the unix sockets in listen: who may connect is who may write.",
	},
	{
		PLACE(socket, group),
		.type = &settings_type_group,
		.absent = "default: the directory's, if that is set-group-id",
		.example = "group = \"postfix\"",
		.help = "Of the same; what the mail server's processes are in.",
	},
};
static const struct settings_scope socket_scope = SCOPE(socket_rows, struct settings_tree_socket);

static const struct settings_row certificate_rows[] = {
	{
		PLACE(certificate, check),
		.type = &settings_type_choice,
		.choices = certificate_checks,
		.fallback = "names",
		.example = "check = \"names\"",
		.help = "\"none\" asks nobody for a certificate: then the list of addresses\n"
			"alone keeps out who is not Exchange Online.",
	},
	{
		PLACE(certificate, names),
		.shape = SETTINGS_MANY,
		.flags = SETTINGS_NONEMPTY,
		.type = &settings_type_certificate,
		.fallback = "mail.protection.outlook.com",
		.example = "names = [ \"mail.protection.outlook.com\" ]",
		.help = "Common names of Exchange Online's client certificate; exact but for\n"
			"case, an asterisk is only itself.",
	},
	{
		PLACE(certificate, missing),
		.type = &settings_type_choice,
		.choices = missing_certificates,
		.fallback = "tempfail",
		.example = "missing = \"tempfail\"",
		.help = "Mail of a tenant from a client without a verified certificate:\n"
			"\"tempfail\" has it tried again later, \"ignore\" demands one proof more.",
	},
	{
		PLACE(certificate, exempt),
		.shape = SETTINGS_MANY,
		.type = &settings_type_prefix,
		.example = "exempt = [ \"127.0.0.1\" ]",
		.help = "Clients whose certificate is not looked at. Of them proofs are demanded\n"
			"as of all others; but who writes fields at will can forge the stamp.",
	},
};
static const struct settings_scope certificate =
	SCOPE(certificate_rows, struct settings_tree_certificate);

static const struct settings_row hosted_rows[] = {
	{
		PLACE(hosted, domains),
		.shape = SETTINGS_MANY,
		.type = &settings_type_domains,
		.example = "domains = [ \"example.net\" ]",
		.help = "Domains that this relay receives mail for: from Exchange Online whoever\n"
			"the sender is; from other clients only where acl.other_clients is\n"
			"\"pass\".",
	},
};
static const struct settings_scope hosted = SCOPE(hosted_rows, struct settings_tree_hosted);

static const struct settings_row reply_rows[] = {
	{
		PLACE(reply, reason),
		.flags = SETTINGS_REQUIRED,
		.type = &settings_type_reason,
		.example = "reason = \"tenant-conflict\"",
		.help = "Whose reply it is: a reason of exogated(8) that refuses or puts off.",
	},
	{
		PLACE(reply, text),
		.flags = SETTINGS_REQUIRED,
		.type = &settings_type_reply,
		.example = "text = \"Not your domain; see https://relay.example.net/mail\"",
		.help = "What it says instead of exogate's own words, before \"(exogate:\n"
			"tenant-conflict)\": up to 400 bytes of ASCII in up to 6 lines, parted by\n"
			"\\n. Replies in ExOTA-Milter's form keep exogate's words.",
	},
};
static const struct settings_scope reply = SCOPE(reply_rows, struct settings_tree_reply);

static const struct settings_row exota_rows[] = {
	{
		PLACE(exota, reject_message),
		.type = &settings_type_message,
		.absent = "default: replies are exogate's",
		.example = "reject_message = \"Security policy violation!\"",
		.help = "Refusals in ExOTA-Milter's form, for what reads its replies: \"550 5.7.1\n"
			"queue_id: ID - MESSAGE - reason: TEXT (exogate: REASON)\".",
	},
	{
		PLACE(exota, tempfail_message),
		.type = &settings_type_message,
		.absent = "default: replies are exogate's",
		.example = "tempfail_message = \"Service temporarily not available!\"",
		.help = "The same of what is put off, with 450 4.7.1.",
	},
	{
		PLACE(exota, authserv_id),
		.type = &settings_type_hostname,
		.absent = "default: no such field is added",
		.example = "authserv_id = \"relay.example.net\"",
		.help = "The name in the field X-ExOTA-Authentication-Results that is added to\n"
			"what is authorised. Such fields from outside are removed in any case.",
	},
};
static const struct settings_scope exota = SCOPE(exota_rows, struct settings_tree_exota);

static const struct settings_row limits_rows[] = {
	{
		PLACE(limits, connections),
		.type = &settings_type_count,
		.min = "1",
		.max = "65000",
		.fallback = "10000",
		.example = "connections = \"10000\"",
		.help = "Milter connections open at once; more are closed as they come.",
	},
	{
		PLACE(limits, messages),
		.type = &settings_type_count,
		.min = "1",
		.max = "100K",
		.fallback = "1000",
		.example = "messages = \"1000\"",
		.help = "Messages judged at once, each with a block of message_header bytes;\n"
			"more wait for one.",
	},
	{
		PLACE(limits, message_wait),
		.type = &settings_type_duration,
		.min = "1s",
		.max = "1d",
		.fallback = "240s",
		.example = "message_wait = \"240s\"",
		.help = "How long; then it is deferred. Keep it below what the mail server\n"
			"allows a filter for a message's content: with Postfix\n"
			"milter_content_timeout, 300s, after which it gives the filter up.",
	},
	{
		PLACE(limits, message_header),
		.type = &settings_type_size,
		.min = "64K",
		.max = "8M",
		.fallback = "1M",
		.example = "message_header = \"1M\"",
		.help = "Room for the header and envelope of one message; a larger one is\n"
			"deferred.",
	},
	{
		PLACE(limits, recipients),
		.type = &settings_type_count,
		.min = "1",
		.max = "1M",
		.fallback = "10000",
		.example = "recipients = \"10000\"",
		.help = "Recipients of one message; one with more is deferred. Postfix's own\n"
			"limit (smtpd_recipient_limit) is 1000.",
	},
	{
		PLACE(limits, edits),
		.type = &settings_type_count,
		.min = "10",
		.max = "4K",
		.fallback = "1000",
		.example = "edits = \"1000\"",
		.help = "Changes to one message, each removed field among them; one that needs\n"
			"more is deferred.",
	},
	{
		PLACE(limits, idle),
		.type = &settings_type_duration,
		.min = "1s",
		.max = "1d",
		.fallback = "600s",
		.example = "idle = \"600s\"",
		.help = "A milter connection without a whole packet for that long is closed;\n"
			"so is one whose message takes longer from its first header field to\n"
			"the answer. Postfix keeps one open for a whole SMTP session.",
	},
	{
		PLACE(limits, message_idle),
		.type = &settings_type_duration,
		.min = "1s",
		.max = "1d",
		.fallback = "4h",
		.example = "message_idle = \"4h\"",
		.help = "The same between the recipients of a message and its content: Postfix\n"
			"says nothing then, up to the end of DATA, however slow the client is.",
	},
};
static const struct settings_scope limits = SCOPE(limits_rows, struct settings_tree_limits);

static const struct settings_row top_rows[] = {
	{
		TOP_PLACE(listen),
		.shape = SETTINGS_MANY,
		.flags = SETTINGS_REQUIRED | SETTINGS_NONEMPTY,
		.type = &settings_type_listener,
		.example = "listen = [ \"unix:/var/spool/postfix/exogate/milter.sock\" ]",
		.help = "Where the mail server connects to. Sockets of these that the service\n"
			"manager passes (socket activation) are taken over.",
	},
	{
		TOP_PLACE(socket),
		.shape = SETTINGS_GROUP,
		.scope = &socket_scope,
		.example = "socket: { mode = \"660\"; group = \"postfix\"; }",
	},
	{
		TOP_PLACE(control),
		.type = &settings_type_socket,
		.absent = "default: none",
		.example = "control = \"/run/exogate/control.sock\"",
		.help = "A socket of the daemon's own, for `exogated status` and `exogated\n"
			"reload`; who started it may use it.",
	},
	{
		TOP_PLACE(user),
		.type = &settings_type_account,
		.absent = "default: stay who started it",
		.example = "user = \"exogate\"",
		.help = "The account to become once the sockets are open.",
	},
	{
		TOP_PLACE(workers),
		.type = &settings_type_integer,
		.min = "1",
		.max = "256",
		.absent = "default: one for each CPU that it may use",
		.example = "workers = 2",
		.help = "Threads that serve. A connection stays with one of them.",
	},
	{
		TOP_PLACE(authserv_id),
		.flags = SETTINGS_REQUIRED,
		.type = &settings_type_hostname,
		.example = "authserv_id = \"relay.example.net\"",
		.help = "This relay's name in Authentication-Results (RFC 8601): fields that\n"
			"claim to be its own are removed, and one of its own is added to what\n"
			"is authorised.",
	},
	{
		TOP_PLACE(mode),
		.type = &settings_type_choice,
		.choices = settings_table_modes,
		.fallback = "enforce",
		.example = "mode = \"enforce\"",
		.help = "\"monitor\" logs what would be refused and accepts it, not rewritten.",
	},
	{
		TOP_PLACE(log_messages),
		.type = &settings_type_choice,
		.choices = logged_messages,
		.fallback = "all",
		.example = "log_messages = \"all\"",
		.help = "Which messages have a line in the log: all, or those that are refused or\n"
			"put off, or would be. Counters count all of them.",
	},
	{
		TOP_PLACE(acl),
		.shape = SETTINGS_GROUP,
		.flags = SETTINGS_REQUIRED,
		.scope = &settings_table_acl,
		.example = "acl: { source = \"/var/lib/exogate/microsoft.json\"; }",
	},
	{
		TOP_PLACE(certificate),
		.shape = SETTINGS_GROUP,
		.scope = &certificate,
		.example = "certificate: { names = [ \"mail.protection.outlook.com\" ]; }",
	},
	{
		TOP_PLACE(dkim),
		.shape = SETTINGS_GROUP,
		.scope = &settings_table_dkim,
		.example = "dkim: { source = \"none\"; }",
	},
	{
		TOP_PLACE(dns),
		.shape = SETTINGS_GROUP,
		.scope = &settings_table_dns,
		.example = "dns: { servers = [ \"127.0.0.1\" ]; }",
	},
	{
		TOP_PLACE(hosted),
		.shape = SETTINGS_GROUP,
		.scope = &hosted,
		.example = "hosted: { domains = [ \"example.net\" ]; }",
	},
	{
		TOP_PLACE(replies),
		.shape = SETTINGS_GROUPS,
		.scope = &reply,
		.example = "replies = ( { reason = \"tenant-conflict\"; text = \"No\"; } )",
	},
	{
		TOP_PLACE(reason_header),
		.type = &settings_type_field_name,
		.absent = "default: no such field is added",
		.example = "reason_header = \"X-Exogate-Reason\"",
		.help = "A field that is added to whatever is accepted or held, and says how it\n"
			"was judged: \"verdict=accept reason=authorised tenant=contoso\", with\n"
			"\"would=reject\" behind the verdict where the mode is \"monitor\". The\n"
			"tenant is whose From's domain is, or who forwards; it proves nothing\n"
			"without the reason. Such fields from outside are removed.",
	},
	{
		TOP_PLACE(exota),
		.shape = SETTINGS_GROUP,
		.scope = &exota,
		.example = "exota: { authserv_id = \"relay.example.net\"; }",
	},
	{
		TOP_PLACE(rate_limit),
		.shape = SETTINGS_GROUP,
		.scope = &settings_table_rate_limit,
		.example = "rate_limit: { messages_hour = \"3K\"; }",
	},
	{
		TOP_PLACE(tenant_table),
		.type = &settings_type_path,
		.absent = "default: none",
		.example = "tenant_table = \"/etc/exogate/tenants.tab\"",
		.help = "A text file of more tenants, a row each: where there are so many that\n"
			"the settings would be long. Below, THE TABLE OF TENANTS.",
	},
	{
		TOP_PLACE(tenants),
		.shape = SETTINGS_GROUPS,
		.flags = SETTINGS_NONEMPTY,
		.scope = &settings_table_tenant,
		.example = "tenants = ( { name = \"contoso\"; domains = [ \"contoso.com\" ]; } )",
	},
	{
		TOP_PLACE(limits),
		.shape = SETTINGS_GROUP,
		.scope = &limits,
		.example = "limits: { connections = \"10000\"; }",
	},
};

const struct settings_scope settings_table = SCOPE(top_rows, struct settings_tree);
