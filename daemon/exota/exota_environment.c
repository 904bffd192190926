// SPDX-License-Identifier: Apache-2.0
#include "exota_environment.h"

#include <stdarg.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "exota_tenants.h"
#include "settings_report.h"

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

#define LDAP_PREFIX  "MILTER_LDAP_"
#define DEFAULT_NAME "exota-milter"

struct composer {
	FILE *errors;
	unsigned int n_errors;
	FILE *out;
};

enum kind {
	VALUE,
	SWITCH, /* on if it is there, whatever its value */
};

static const struct variable {
	const char *name;
	enum kind kind;
	const char *needs; /* a switch without which it means nothing; or NULL */
} variables[] = {
	{ "LOG_LEVEL", VALUE, NULL },
	{ "EXOGATE_ACL_SOURCE", VALUE, NULL },
	{ "MILTER_NAME", VALUE, NULL },
	{ "MILTER_SOCKET", VALUE, NULL },
	{ "MILTER_REJECT_MESSAGE", VALUE, NULL },
	{ "MILTER_TMPFAIL_MESSAGE", VALUE, NULL },
	{ "MILTER_TENANT_ID_REQUIRED", SWITCH, NULL },
	{ "MILTER_DKIM_ENABLED", SWITCH, NULL },
	{ "MILTER_DKIM_ALIGNMENT_REQUIRED", VALUE, "MILTER_DKIM_ENABLED" },
	{ "MILTER_TRUSTED_AUTHSERVID", VALUE, "MILTER_DKIM_ENABLED" },
	{ "MILTER_POLICY_SOURCE", VALUE, NULL },
	{ "MILTER_POLICY_FILE", VALUE, NULL },
	{ "MILTER_X509_ENABLED", SWITCH, NULL },
	{ "MILTER_X509_TRUSTED_CN", VALUE, "MILTER_X509_ENABLED" },
	{ "MILTER_X509_IP_WHITELIST", VALUE, "MILTER_X509_ENABLED" },
	{ "MILTER_ADD_HEADER", SWITCH, NULL },
	{ "MILTER_AUTHSERVID", VALUE, "MILTER_ADD_HEADER" },
};

static const char *value_of(const char *name, const char *fallback)
{
	const char *value = getenv(name);

	return value ? value : fallback;
}

static bool is_on(const char *name)
{
	return getenv(name) != NULL;
}

/* --- what is to be said ----------------------------------------------------------------------- */

/* Control characters of a value as "?", as in all reports. */
static void say(struct composer *c, const char *name, const char *kind, const char *format,
		va_list args)
{
	char text[512], quoted[SETTINGS_REPORT_QUOTE];

	vsnprintf(text, sizeof(text), format, args);
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	fprintf(c->errors, "%s: %s%s\n", settings_report_quote(span_of_string(name), quoted), kind,
		text);
}

__attribute__((format(printf, 3, 4))) static void refuse(struct composer *c, const char *name,
							 const char *format, ...)
{
	va_list args;

	c->n_errors++;
	va_start(args, format);
	say(c, name, "", format, args);
	va_end(args);
}

__attribute__((format(printf, 3, 4))) static void warn(struct composer *c, const char *name,
						       const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(c, name, "warning: ", format, args);
	va_end(args);
}

static bool means_no(const char *value)
{
	return !*value || !strcasecmp(value, "false") || !strcasecmp(value, "no") ||
	       !strcasecmp(value, "off") || !strcmp(value, "0");
}

static void look_at(struct composer *c, const struct variable *variable)
{
	const char *value = getenv(variable->name);

	if (!value)
		return;
	if (variable->kind == SWITCH && means_no(value))
		warn(c, variable->name, "\"%s\" switches it on, as every value does; unset it",
		     value);
	if (variable->needs && !is_on(variable->needs))
		warn(c, variable->name, "has no effect while %s is not set", variable->needs);
}

static bool is_known(const char *name)
{
	for (size_t i = 0; i < N_ELEMENTS(variables); i++)
		if (!strcmp(name, variables[i].name))
			return true;
	return false;
}

/* Of who was meant for the directory, and of what nobody knows. */
static void look_at_others(struct composer *c)
{
	bool file = !strcmp(value_of("MILTER_POLICY_SOURCE", "file"), "file");
	char name[64];

	for (char **entry = environ; *entry; entry++) {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(*entry, "="), *entry);
		if (strncmp(name, "MILTER_", strlen("MILTER_")) != 0 || is_known(name))
			continue;
		if (strncmp(name, LDAP_PREFIX, strlen(LDAP_PREFIX)) != 0)
			warn(c, name, "unknown, and not looked at");
		else if (file)
			warn(c, name, "has no effect while MILTER_POLICY_SOURCE is \"file\"");
	}
}

static void look_at_all(struct composer *c)
{
	for (size_t i = 0; i < N_ELEMENTS(variables); i++)
		look_at(c, &variables[i]);
	look_at_others(c);
}

/* --- settings --------------------------------------------------------------------------------- */

static void put(struct composer *c, const char *before, const char *value, const char *after)
{
	fputs(before, c->out);
	exota_tenants_string(c->out, span_of_string(value));
	fputs(after, c->out);
}

/* PORT@HOST, where HOST may stand in brackets, or be left out for every address. */
static void write_inet(const char *family, const char *rest, char *out, size_t size)
{
	const char *at = strchr(rest, '@'), *any = strcmp(family, "inet") ? "::" : "0.0.0.0";
	struct span host = span_of_string(at ? at + 1 : any);

	if (host.len > 1 && host.p[0] == '[' && host.p[host.len - 1] == ']')
		host = span_of(host.p + 1, host.len - 2);
	snprintf(out, size, "%s:%.*s@%.*s", family, (int)strcspn(rest, "@"), rest, (int)host.len,
		 host.p);
}

/* Sockets as libmilter names them. */
static void put_listen(struct composer *c)
{
	const char *socket = getenv("MILTER_SOCKET"), *rest = socket ? strchr(socket, ':') : NULL;
	char text[512];

	if (!socket)
		snprintf(text, sizeof(text), "unix:/socket/%s",
			 value_of("MILTER_NAME", DEFAULT_NAME));
	else if (!strncmp(socket, "inet:", 5) || !strncmp(socket, "inet6:", 6))
		write_inet(socket[4] == '6' ? "inet6" : "inet", rest + 1, text, sizeof(text));
	else if (!strncmp(socket, "unix:", 5) || !strncmp(socket, "local:", 6))
		snprintf(text, sizeof(text), "unix:%s", rest + 1);
	else
		snprintf(text, sizeof(text), "unix:%s", socket);
	put(c, "listen = [ ", text, " ];\n");
	fputs("# As behind its container's umask of 0000: who reaches the directory may connect.\n"
	      "socket: { mode = \"666\"; };\n"
	      "# For `exogated status` and `exogated reload`, and as whom to serve:\n"
	      "#control = \"/run/exogate/control.sock\";\n"
	      "#user = \"exogate\";\n",
	      c->out);
}

/* The name of exogate's own results, which are removed from what comes in. */
static void put_own_name(struct composer *c)
{
	const char *name = value_of("MILTER_NAME", DEFAULT_NAME);
	const char *verifier = value_of("MILTER_TRUSTED_AUTHSERVID", "");

	if (is_on("MILTER_DKIM_ENABLED") && !strcasecmp(name, verifier))
		refuse(c, "MILTER_NAME",
		       "the same as MILTER_TRUSTED_AUTHSERVID, but it names this filter's own "
		       "results, which are removed from what comes in; give it another name");
	put(c, "authserv_id = ", name, ";\n");
}

/* There a refusal is news of the level info; here it is not kept quiet at any. */
static void put_log(struct composer *c)
{
	static const char *const quiet[] = { "warn", "warning", "error" };
	const char *level = value_of("LOG_LEVEL", "info");

	for (size_t i = 0; i < N_ELEMENTS(quiet); i++)
		if (!strcasecmp(level, quiet[i])) {
			fputs("log_messages = \"refused\";\n", c->out);
			return;
		}
	if (strcasecmp(level, "info") != 0)
		warn(c, "LOG_LEVEL", "\"%s\" is as \"info\": the log has one line for each message",
		     level);
}

static void put_acl(struct composer *c)
{
	const char *list = getenv("EXOGATE_ACL_SOURCE");

	if (list) {
		put(c, "acl: { source = ", list, "; };\n");
		return;
	}
	fputs("# DECIDE: write source = \"...\" in place of check: Microsoft's list of addresses.\n"
	      "acl: { check = \"none\"; };\n",
	      c->out);
	if (!is_on("MILTER_X509_ENABLED") && !is_on("MILTER_DKIM_ENABLED"))
		refuse(c, "MILTER_X509_ENABLED",
		       "an open relay without it: neither certificate, address nor signature is "
		       "checked, and anyone can write a tenant's id; set it, EXOGATE_ACL_SOURCE or "
		       "MILTER_DKIM_ENABLED");
}

/* Addresses set apart by commas, blanks between them of no account. */
static void put_exempt(struct composer *c, const char *list)
{
	char address[128];
	size_t n = 0;

	fputs(" exempt = [ ", c->out);
	while (*list) {
		size_t len = 0;

		for (; *list && *list != ','; list++)
			if (!strchr(" \t\r\n", *list) && len + 1 < sizeof(address))
				address[len++] = *list;
		list += *list == ',';
		address[len] = '\0';
		if (len)
			put(c, n++ ? ", " : "", address, "");
	}
	fputs(" ];", c->out);
}

static void put_certificate(struct composer *c)
{
	if (!is_on("MILTER_X509_ENABLED")) {
		fputs("certificate: { check = \"none\"; };\n", c->out);
		return;
	}
	put(c, "certificate: { names = [ ",
	    value_of("MILTER_X509_TRUSTED_CN", "mail.protection.outlook.com"), " ];");
	put_exempt(c, value_of("MILTER_X509_IP_WHITELIST", "127.0.0.1,::1"));
	fputs(" };\n", c->out);
}

static void put_dkim(struct composer *c)
{
	const char *alignment = value_of("MILTER_DKIM_ALIGNMENT_REQUIRED", "False");
	const char *verifier = getenv("MILTER_TRUSTED_AUTHSERVID");

	if (!is_on("MILTER_DKIM_ENABLED")) {
		fputs("dkim: { source = \"none\"; };\n", c->out);
		return;
	}
	if (strcmp(alignment, "True") != 0 && strcmp(alignment, "False") != 0)
		refuse(c, "MILTER_DKIM_ALIGNMENT_REQUIRED", "\"%s\": write True or False",
		       alignment);
	if (!verifier)
		refuse(c, "MILTER_TRUSTED_AUTHSERVID",
		       "not set; set it to the verifier's name in Authentication-Results");
	put(c, "dkim: { source = \"authres\"; trusted_authserv_id = ", verifier ? verifier : "",
	    "; };\n");
}

/* Of the field that is added. */
static void put_result_name(struct composer *c)
{
	const char *name = getenv("MILTER_AUTHSERVID");

	if (!is_on("MILTER_ADD_HEADER"))
		return;
	if (name)
		put(c, "  authserv_id = ", name, ";\n");
	else
		refuse(c, "MILTER_AUTHSERVID",
		       "not set; set it to the name in X-ExOTA-Authentication-Results");
}

static void put_replies(struct composer *c)
{
	put(c, "exota: {\n  reject_message = ",
	    value_of("MILTER_REJECT_MESSAGE", "Security policy violation!"), ";\n");
	put(c, "  tempfail_message = ",
	    value_of("MILTER_TMPFAIL_MESSAGE",
		     "Service temporarily not available! Please try again later."),
	    ";\n");
	put_result_name(c);
	fputs("};\n", c->out);
}

static void put_policy(struct composer *c)
{
	const struct exota_demands demands = {
		.tenant_id = is_on("MILTER_TENANT_ID_REQUIRED"),
		.dkim = is_on("MILTER_DKIM_ENABLED"),
		.alignment = !strcmp(value_of("MILTER_DKIM_ALIGNMENT_REQUIRED", "False"), "True"),
	};
	struct settings_pool *pool = settings_pool_new();
	struct exota_policy policy;

	if (!pool)
		refuse(c, "MILTER_POLICY_FILE", "not enough memory");
	else if (exota_policy_read(value_of("MILTER_POLICY_FILE", "/data/policy.json"), pool,
				   c->errors, &policy))
		exota_tenants_write(c->out, &policy, &demands);
	else
		c->n_errors++;
	settings_pool_free(pool);
}

static void put_tenants(struct composer *c)
{
	const char *source = value_of("MILTER_POLICY_SOURCE", "file");

	if (!strcmp(source, "file"))
		put_policy(c);
	else if (!strcmp(source, "ldap"))
		refuse(c, "MILTER_POLICY_SOURCE",
		       "this version reads no directory; write what is in it to a policy file "
		       "(ldapsearch), name that in MILTER_POLICY_FILE, and set this to \"file\"");
	else
		refuse(c, "MILTER_POLICY_SOURCE", "\"%s\": unknown; write \"file\"", source);
}

static void compose_all(struct composer *c)
{
	look_at_all(c);
	fputs("# What ExOTA-Milter's environment asks for, as settings of exogate's.\n", c->out);
	put_listen(c);
	put_own_name(c);
	put_log(c);
	put_acl(c);
	put_certificate(c);
	put_dkim(c);
	put_replies(c);
	put_tenants(c);
}

static char *compose(FILE *errors)
{
	char *text = NULL;
	size_t len;
	struct composer c = { .errors = errors, .out = open_memstream(&text, &len) };

	if (c.out) {
		compose_all(&c);
		if (!fclose(c.out) && !c.n_errors)
			return text;
	}
	if (!c.n_errors)
		fputs("exogated: not enough memory\n", errors);
	free(text);
	return NULL;
}

const struct settings_source exota_environment = { .path = "environment", .compose = compose };
