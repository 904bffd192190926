// SPDX-License-Identifier: Apache-2.0
/*
 * filter SOCKET [--quiet] - the filter that one would write on libmilter: the peer of exogated.
 *
 * It makes the same checks as exogated under the bench's settings (scene.h), gives the same
 * verdicts, edits and log lines, and does it the usual way: one callback an event, names compared
 * one by one without case, values copied as they come.  --quiet negotiates all that lets answers
 * be left out (SMFIP_NR_*), which libmilter does not do by itself.
 */
#include <arpa/inet.h>
#include <libmilter/mfapi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scene.h"

#define VALUES_MAX 16 /* of fields of one name that are looked at */

struct values {
	char *v[VALUES_MAX];
	int n;
};

/* What is known of a connection, and of the message in hand. */
struct state {
	bool listed;
	char certificate[256];
	char address[INET6_ADDRSTRLEN];
	char *mail_from;
	int position;	      /* of the field that comes next */
	int results_position; /* of the first Authentication-Results */
	struct values from, results, tenant_id, organisation, attributed, auth_as, from_entity;
	struct values message_id, network_id, trust;
};

static bool quiet;

/* --- keeping -------------------------------------------------------------------------------- */

static const struct collected {
	const char *name;
	size_t at;
} collected[] = {
	{ "From", offsetof(struct state, from) },
	{ "Message-ID", offsetof(struct state, message_id) },
	{ "Authentication-Results", offsetof(struct state, results) },
	{ "X-OriginatorOrg", offsetof(struct state, organisation) },
	{ "X-MS-Exchange-CrossTenant-Id", offsetof(struct state, tenant_id) },
	{ "X-MS-Exchange-CrossTenant-AuthAs", offsetof(struct state, auth_as) },
	{ "X-MS-Exchange-CrossTenant-FromEntityHeader", offsetof(struct state, from_entity) },
	{ "X-MS-Exchange-CrossTenant-Network-Message-Id", offsetof(struct state, network_id) },
	{ "X-MS-Exchange-CrossTenant-OriginalAttributedTenantConnectingIp",
	  offsetof(struct state, attributed) },
};

#define COLLECTED_N (sizeof(collected) / sizeof(collected[0]))

static struct values *values_at(struct state *s, size_t at)
{
	return (struct values *)(void *)((char *)s + at);
}

static void keep(struct values *values, const char *value)
{
	if (values->n < VALUES_MAX)
		values->v[values->n++] = strdup(value);
}

static void clear(struct values *values)
{
	while (values->n)
		free(values->v[--values->n]);
}

static void forget_message(struct state *s)
{
	for (size_t i = 0; i < COLLECTED_N; i++)
		clear(values_at(s, collected[i].at));
	clear(&s->trust);
	free(s->mail_from);
	s->mail_from = NULL;
	s->position = 0;
	s->results_position = -1;
}

/* --- judging -------------------------------------------------------------------------------- */

static bool is_tenant_domain(const char *domain)
{
	return !strcasecmp(domain, SCENE_DOMAIN) || !strcasecmp(domain, SCENE_SERVICE);
}

/* The domain of the one address in a value; false if there is none, or more. */
static bool domain_of(const char *value, char *out, size_t size)
{
	const char *open = strchr(value, '<'), *at = strchr(open ? open : value, '@');
	size_t len;

	if (!at || strchr(at + 1, '@') || strchr(at + 1, ','))
		return false;
	len = strcspn(at + 1, "> \t\r\n;");
	if (!len || len >= size)
		return false;
	memcpy(out, at + 1, len);
	out[len] = '\0';
	return true;
}

static const char *trimmed(const char *value)
{
	return value + strspn(value, " \t\r\n");
}

static bool all_equal(const struct values *values)
{
	for (int i = 1; i < values->n; i++)
		if (strcasecmp(trimmed(values->v[i]), trimmed(values->v[0])) != 0)
			return false;
	return true;
}

static bool is_own_organisation(const char *value)
{
	return is_tenant_domain(trimmed(value));
}

static bool is_own_id(const char *value)
{
	return !strcasecmp(trimmed(value), SCENE_TENANT_ID);
}

static bool is_own_attribution(const char *value)
{
	const char *id = strcasestr(value, "TenantId=");

	return id && !strncasecmp(id + 9, SCENE_TENANT_ID, strlen(SCENE_TENANT_ID));
}

/* 1 agrees, 0 absent, -1 conflicts. */
static int weigh(const struct values *values, bool (*is_own)(const char *))
{
	if (!values->n)
		return 0;
	return all_equal(values) && is_own(values->v[0]) ? 1 : -1;
}

static int weigh_stamps(const struct state *s)
{
	int id = weigh(&s->tenant_id, is_own_id);
	int organisation = weigh(&s->organisation, is_own_organisation);
	int attributed = weigh(&s->attributed, is_own_attribution);

	if (id < 0 || organisation < 0 || attributed < 0 || !all_equal(&s->auth_as) ||
	    !all_equal(&s->from_entity))
		return -1;
	return id || organisation || attributed;
}

static bool names_server(const char *value, const char *server)
{
	size_t len = strlen(server);

	value = trimmed(value);
	return !strncasecmp(value, server, len) && strchr("; \t\r\n", value[len]);
}

/* RFC 5322 3.2.2, nested ones too; the caller frees. */
static char *without_comments(const char *value)
{
	char *copy = malloc(strlen(value) + 1), *out = copy;
	int depth = 0;

	for (; *value; value++) {
		depth += *value == '(';
		if (depth == 0)
			*out++ = *value;
		depth -= *value == ')' && depth > 0;
	}
	*out = '\0';
	return copy;
}

/* Whether the verifier's field, on top of all, reports a signature of the tenant's. */
static bool has_signature(const struct state *s)
{
	char *copy, *result, *rest, *signer;
	bool found = false;
	int claims = 0;

	for (int i = 0; i < s->results.n; i++)
		claims += names_server(s->results.v[i], SCENE_VERIFIER);
	if (claims != 1 || s->results_position != 0 ||
	    !names_server(s->results.v[0], SCENE_VERIFIER))
		return false;
	copy = without_comments(s->results.v[0]);
	for (result = strtok_r(copy, ";", &rest); result; result = strtok_r(NULL, ";", &rest)) {
		if (strncasecmp(trimmed(result), "dkim=pass", 9) != 0)
			continue;
		signer = strcasestr(result, "header.d=");
		if (!signer)
			continue;
		signer += 9;
		signer[strcspn(signer, " \t\r\n;")] = '\0';
		found = found || is_tenant_domain(signer);
	}
	free(copy);
	return found;
}

struct answer {
	int code; /* 250, 550 or 451 */
	const char *reason;
	bool stamp, signature;
	char from[256];
};

static struct answer judge(const struct state *s)
{
	struct answer a = { .code = 550 };
	char sender[256];
	int stamps;

	if (!s->listed)
		return a.reason = "client-other", a;
	if (s->from.n != 1)
		return a.reason = s->from.n ? "from-multiple" : "from-missing", a;
	if (!domain_of(s->from.v[0], a.from, sizeof(a.from)))
		return a.reason = "from-malformed", a;
	if (!s->certificate[0])
		return a.code = 451, a.reason = "cert-missing", a;
	if (strcasecmp(s->certificate, SCENE_CERTIFICATE) != 0)
		return a.reason = "cert-untrusted", a;
	if (!is_tenant_domain(a.from))
		return a.reason = "tenant-unknown", a;
	stamps = weigh_stamps(s);
	a.stamp = stamps > 0;
	a.signature = has_signature(s);
	if (stamps < 0)
		return a.reason = "tenant-conflict", a;
	if (strcmp(s->mail_from, "<>") != 0 &&
	    (!domain_of(s->mail_from, sender, sizeof(sender)) || !is_tenant_domain(sender)))
		return a.reason = "envelope-foreign", a;
	if ((s->auth_as.n && strcasecmp(trimmed(s->auth_as.v[0]), "Internal") != 0) ||
	    (s->from_entity.n && strcasecmp(trimmed(s->from_entity.v[0]), "Hosted") != 0))
		return a.reason = "relayed-through", a;
	if (!a.stamp || !a.signature)
		return a.reason = "proof-missing", a;
	return a.code = 250, a.reason = "authorised", a;
}

/* --- answering ------------------------------------------------------------------------------ */

static const char *first_of(const struct values *values)
{
	return values->n ? trimmed(values->v[0]) : "-";
}

static void log_answer(SMFICTX *ctx, const struct state *s, const struct answer *a)
{
	const char *id = smfi_getsymval(ctx, (char *)"i");

	fprintf(stderr,
		"%s: verdict=%s reason=%s tenant=%s from=%s client=%s proofs=%s%s"
		" msgid=%s netid=%s\n",
		id ? id : "noqueue", a->code == 250 ? "accept" : "reject", a->reason,
		is_tenant_domain(a->from) ? SCENE_TENANT : "-", a->from, s->address,
		a->stamp ? "stamp," : "", a->signature ? "signature" : "", first_of(&s->message_id),
		first_of(&s->network_id));
}

static bool edit(SMFICTX *ctx, const struct state *s, const struct answer *a)
{
	char value[512];
	bool ok = true;

	for (int i = s->results.n; i > 0; i--)
		if (names_server(s->results.v[i - 1], SCENE_RELAY))
			ok = ok && smfi_chgheader(ctx, (char *)"Authentication-Results", i, NULL) ==
					   MI_SUCCESS;
	for (int i = s->trust.n; i > 0; i--)
		ok = ok && smfi_chgheader(ctx, s->trust.v[i - 1], 1, NULL) == MI_SUCCESS;
	snprintf(value, sizeof(value),
		 " " SCENE_RELAY ";\n\tx-exogate=pass policy.proof=stamp policy.proof=signature\n"
		 "\tpolicy.tenant=" SCENE_TENANT " header.from=%s",
		 a->from);
	return ok && smfi_insheader(ctx, 0, (char *)"Authentication-Results", value) == MI_SUCCESS;
}

static sfsistat refuse(SMFICTX *ctx, const struct answer *a)
{
	char text[128], code[4];

	snprintf(code, sizeof(code), "%d", a->code);
	snprintf(text, sizeof(text), "Not authorised (filter: %s)", a->reason);
	smfi_setreply(ctx, code, (char *)(a->code == 550 ? "5.7.1" : "4.7.1"), text);
	return a->code == 550 ? SMFIS_REJECT : SMFIS_TEMPFAIL;
}

/* --- callbacks ------------------------------------------------------------------------------ */

static bool is_listed(const struct in_addr *address)
{
	static const struct {
		const char *network;
		unsigned int length;
	} prefixes[] = {
		{ "13.107.6.152", 31 }, { "23.103.160.0", 20 }, { "40.92.0.0", 15 },
		{ "40.107.0.0", 16 },	{ "52.100.0.0", 14 },	{ "104.47.0.0", 17 },
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		uint32_t mask = htonl(~0u << (32 - prefixes[i].length));
		struct in_addr network;

		inet_pton(AF_INET, prefixes[i].network, &network);
		if ((address->s_addr & mask) == network.s_addr)
			return true;
	}
	return false;
}

/* libmilter logs every other answer of a callback that has promised none. */
static sfsistat go_on(void)
{
	return quiet ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

static sfsistat on_connect(SMFICTX *ctx, char *name, struct sockaddr *address)
{
	struct state *s = calloc(1, sizeof(*s));

	(void)name;
	if (!s)
		return SMFIS_TEMPFAIL;
	s->results_position = -1;
	if (address && address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)address;

		s->listed = is_listed(&in->sin_addr);
		inet_ntop(AF_INET, &in->sin_addr, s->address, sizeof(s->address));
	}
	smfi_setpriv(ctx, s);
	return go_on();
}

static sfsistat on_helo(SMFICTX *ctx, char *name)
{
	struct state *s = smfi_getpriv(ctx);
	const char *certificate = smfi_getsymval(ctx, (char *)"{cert_subject}");

	(void)name;
	snprintf(s->certificate, sizeof(s->certificate), "%s", certificate ? certificate : "");
	return go_on();
}

static sfsistat on_mail(SMFICTX *ctx, char **arguments)
{
	struct state *s = smfi_getpriv(ctx);

	forget_message(s);
	s->mail_from = strdup(arguments[0]);
	return go_on();
}

static sfsistat on_rcpt(SMFICTX *ctx, char **arguments)
{
	(void)ctx;
	(void)arguments;
	return go_on();
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
	struct state *s = smfi_getpriv(ctx);

	for (size_t i = 0; i < COLLECTED_N; i++) {
		if (strcasecmp(name, collected[i].name) != 0)
			continue;
		keep(values_at(s, collected[i].at), value);
		if (values_at(s, collected[i].at) == &s->results && s->results.n == 1)
			s->results_position = s->position;
	}
	if (!strncasecmp(name, "X-MS-Exchange-Organization-", 27) ||
	    !strncasecmp(name, "X-MS-Exchange-CrossPremises-", 28))
		keep(&s->trust, name);
	s->position++;
	return go_on();
}

static sfsistat on_end(SMFICTX *ctx)
{
	struct state *s = smfi_getpriv(ctx);
	struct answer a = judge(s);
	sfsistat status;

	log_answer(ctx, s, &a);
	if (a.code != 250)
		status = refuse(ctx, &a);
	else
		status = edit(ctx, s, &a) ? SMFIS_ACCEPT : SMFIS_TEMPFAIL;
	forget_message(s);
	return status;
}

static sfsistat on_abort(SMFICTX *ctx)
{
	struct state *s = smfi_getpriv(ctx);

	if (s)
		forget_message(s);
	return SMFIS_CONTINUE;
}

static sfsistat on_close(SMFICTX *ctx)
{
	struct state *s = smfi_getpriv(ctx);

	if (s)
		forget_message(s);
	free(s);
	smfi_setpriv(ctx, NULL);
	return SMFIS_CONTINUE;
}

/* What callbacks are there decides which events libmilter asks for; answers it always gives. */
static sfsistat on_negotiate(SMFICTX *ctx, unsigned long offered_actions, unsigned long offered,
			     unsigned long f2, unsigned long f3, unsigned long *actions,
			     unsigned long *steps, unsigned long *pf2, unsigned long *pf3)
{
	const unsigned long unused = SMFIP_NOBODY | SMFIP_NOEOH | SMFIP_NOUNKNOWN | SMFIP_NODATA;
	const unsigned long unanswered = SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL |
					 SMFIP_NR_RCPT | SMFIP_NR_DATA | SMFIP_NR_UNKN |
					 SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_NR_BODY;

	(void)ctx;
	(void)offered_actions;
	(void)f2;
	(void)f3;
	*actions = SMFIF_ADDHDRS | SMFIF_CHGHDRS;
	*steps = offered & (unused | (quiet ? unanswered : 0));
	*pf2 = 0;
	*pf3 = 0;
	return SMFIS_CONTINUE;
}

int main(int argc, char **argv)
{
	struct smfiDesc filter = {
		.xxfi_name = (char *)"filter",
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS,
		.xxfi_connect = on_connect,
		.xxfi_helo = on_helo,
		.xxfi_envfrom = on_mail,
		.xxfi_envrcpt = on_rcpt,
		.xxfi_header = on_header,
		.xxfi_eom = on_end,
		.xxfi_abort = on_abort,
		.xxfi_close = on_close,
		.xxfi_negotiate = on_negotiate,
	};
	char where[256];

	if (argc < 2) {
		fprintf(stderr, "Usage: filter SOCKET [--quiet]\n");
		return 2;
	}
	quiet = argc > 2 && !strcmp(argv[2], "--quiet");
	snprintf(where, sizeof(where), "unix:%s", argv[1]);
	if (smfi_setconn(where) != MI_SUCCESS || smfi_setbacklog(1024) != MI_SUCCESS ||
	    smfi_register(filter) != MI_SUCCESS)
		return 1;
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}
