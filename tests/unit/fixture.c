// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"
#include "policy_stamp.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

#define SPAN_OF(literal)                     \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

static const struct span contoso_ids[] = { SPAN_OF(CONTOSO_ID), SPAN_OF(CONTOSO_OTHER_ID) };
static const struct span contoso_domains[] = {
	SPAN_OF("contoso.com"),
	SPAN_OF("contoso.onmicrosoft.com"),
};
static const struct span fabrikam_ids[] = { SPAN_OF(FABRIKAM_ID) };
static const struct span fabrikam_domains[] = { SPAN_OF("fabrikam.com") };
static const struct span contoso_secrets[] = {
	SPAN_OF(CONTOSO_SECRET),
	SPAN_OF(CONTOSO_NEW_SECRET),
};
static const struct span certificate_names[] = { SPAN_OF(CERTIFICATE_NAME) };

static const struct policy_domain_move contoso_moves[] = {
	{ SPAN_OF("contoso.com"), SPAN_OF("contoso.example.net") },
};

static struct prefix microsoft[] = {
	{ .family = 4, .length = 16, .addr = { 40, 107 } },
	{ .family = 6, .length = 48, .addr = { 0x2a, 0x01, 0x01, 0x11, 0xf4, 0x03 } },
};
static struct prefix allow[] = {
	{ .family = 4, .length = 24, .source = PREFIX_OPERATOR, .addr = { 192, 0, 2 } },
};
static struct prefix relay_addresses[] = {
	{ .family = 4, .length = 32, .addr = { 81, 144, 215, 152 } },
};

static struct policy_tenant contoso, fabrikam;

static const struct policy_domain domains[] = {
	{ SPAN_OF("contoso.com"), false, POLICY_DOMAIN_TENANT, &contoso },
	{ SPAN_OF("contoso.onmicrosoft.com"), false, POLICY_DOMAIN_TENANT, &contoso },
	{ SPAN_OF("contoso.example.net"), false, POLICY_DOMAIN_TENANT, &contoso },
	{ SPAN_OF("dept.contoso.com"), true, POLICY_DOMAIN_TENANT, &contoso },
	{ SPAN_OF("fabrikam.com"), false, POLICY_DOMAIN_TENANT, &fabrikam },
	{ SPAN_OF("example.net"), false, POLICY_DOMAIN_HOSTED, NULL },
};

struct policy_tenant *fixture_contoso(void)
{
	return &contoso;
}

struct policy_tenant *fixture_fabrikam(void)
{
	return &fabrikam;
}

static void add_domains(struct policy_domain_table *table)
{
	static struct policy_domain_slot slots[16];

	memset(slots, 0, sizeof(slots));
	*table = (struct policy_domain_table){ slots, N_ELEMENTS(slots), 0 };
	for (size_t i = 0; i < N_ELEMENTS(domains); i++) {
		const struct policy_domain *earlier;

		CHECK(policy_domain_add(table, &domains[i], &earlier));
	}
}

static const struct name_set *stripped_names(void)
{
	static struct span slots[4];
	static struct name_set names = { slots, N_ELEMENTS(slots), 0 };

	name_set_add(&names, SPAN(SECRET_HEADER));
	name_set_add(&names, SPAN(REASON_HEADER));
	return &names;
}

static void add_stamps(struct policy_stamp_table *table)
{
	static struct policy_stamp slots[16];

	memset(slots, 0, sizeof(slots));
	*table = (struct policy_stamp_table){ slots, N_ELEMENTS(slots) };
	for (size_t i = 0; i < N_ELEMENTS(contoso_ids); i++)
		policy_stamp_add(table, contoso_ids[i], &contoso);
	for (size_t i = 0; i < N_ELEMENTS(contoso_domains); i++)
		policy_stamp_add(table, contoso_domains[i], &contoso);
	policy_stamp_add(table, fabrikam_ids[0], &fabrikam);
	policy_stamp_add(table, fabrikam_domains[0], &fabrikam);
}

struct policy *fixture_policy(void)
{
	static struct policy policy;

	contoso = (struct policy_tenant){
		.name = SPAN("contoso"),
		.ids = { contoso_ids, N_ELEMENTS(contoso_ids) },
		.originator_orgs = { contoso_domains, N_ELEMENTS(contoso_domains) },
		.dkim_domains = { contoso_domains, N_ELEMENTS(contoso_domains) },
		.secret = { SPAN(SECRET_HEADER), { contoso_secrets, N_ELEMENTS(contoso_secrets) } },
		.moves = contoso_moves,
		.n_moves = N_ELEMENTS(contoso_moves),
		.relay_addresses = { relay_addresses, N_ELEMENTS(relay_addresses) },
		.proofs = 1,
	};
	fabrikam = (struct policy_tenant){
		.name = SPAN("fabrikam"),
		.ids = { fabrikam_ids, N_ELEMENTS(fabrikam_ids) },
		.originator_orgs = { fabrikam_domains, N_ELEMENTS(fabrikam_domains) },
		.dkim_domains = { fabrikam_domains, N_ELEMENTS(fabrikam_domains) },
		.proofs = 2,
	};
	policy = (struct policy){
		.authserv_id = SPAN(AUTHSERV_ID),
		.microsoft = { microsoft, N_ELEMENTS(microsoft) },
		.allow = { allow, N_ELEMENTS(allow) },
		.certificate_names = { certificate_names, N_ELEMENTS(certificate_names) },
		.trusted_authserv_id = SPAN(VERIFIER_ID),
		.limits = { .recipients = 10000, .edits = 1000 },
		.stripped_names = *stripped_names(),
		.moves_senders = true,
	};
	add_domains(&policy.domains);
	add_stamps(&policy.stamps);
	return &policy;
}

struct mailbox fixture_mailbox(const char *address)
{
	const char *at = strrchr(address, '@');
	struct mailbox box = { 0 };

	box.address = span_of_string(address);
	box.local = span_of(address, (size_t)(at - address));
	box.domain_text = span_of_string(at + 1);
	CHECK_EQ(domain_parse(box.domain_text, &box.domain), PARSE_OK);
	return box;
}

struct address fixture_address(char family, const char *text)
{
	struct address address = { 0 };

	CHECK_EQ(address_parse(family, span_of_string(text), &address), PARSE_OK);
	return address;
}

struct tenant_stamp fixture_stamp(const char *value)
{
	return (struct tenant_stamp){ .n = 1, .value = span_of_string(value) };
}

void fixture_stamp_org(struct tenant_stamps *stamps, const char *value)
{
	stamps->originator_org = fixture_stamp(value);
	if (domain_parse(stamps->originator_org.value, &stamps->org) != PARSE_OK)
		stamps->org.len = 0;
}

struct facts fixture_facts(void)
{
	struct facts facts = {
		.envelope = {
			.client = fixture_address('4', EXO_V4),
			.certificate = SPAN(CERTIFICATE_NAME),
			.mail_from_valid = true,
			.mail_from = fixture_mailbox("alice@contoso.com"),
			.n_rcpts = 1,
		},
		.client_class = FACTS_CLIENT_EXO,
		.from_state = FACTS_FROM_ONE,
		.from = fixture_mailbox("alice@contoso.com"),
		.stamps = {
			.id = fixture_stamp(CONTOSO_ID),
			.auth_as = fixture_stamp("Internal"),
			.from_entity = fixture_stamp("Hosted"),
		},
	};

	fixture_stamp_org(&facts.stamps, "contoso.com");
	return facts;
}

static struct span guarded_string(const char *text)
{
	size_t len = strlen(text);

	return span_of(guarded(text, len), len);
}

struct header_index *fixture_headers(struct arena *arena, const struct fixture_field *fields)
{
	static struct header_index headers;

	header_index_init(&headers, stripped_names());
	for (; fields->name; fields++)
		CHECK(header_index_add(&headers, arena, guarded_string(fields->name),
				       guarded_string(fields->value)));
	return &headers;
}

struct arena fixture_arena(size_t size)
{
	struct arena arena;
	char *zeroes = calloc(1, size);

	arena_init(&arena, guarded(zeroes, size), size);
	free(zeroes);
	return arena;
}

static int put_edit(const struct edit *edit, char *text, size_t size)
{
	static const char *const words[] = { "change", "delete", "insert", "from" };
	int name_len = (int)edit->name.len, value_len = (int)edit->value.len;

	switch (edit->op) {
	case EDIT_QUARANTINE:
		return snprintf(text, size, "quarantine %.*s\n", value_len, edit->value.p);
	case EDIT_CHANGE_FROM:
		return snprintf(text, size, "from %.*s\n", value_len, edit->value.p);
	case EDIT_DELETE_HEADER:
		return snprintf(text, size, "delete %.*s %u\n", name_len, edit->name.p,
				edit->index);
	default:
		return snprintf(text, size, "%s %.*s %u:%.*s\n", words[edit->op], name_len,
				edit->name.p, edit->index, value_len, edit->value.p);
	}
}

const char *fixture_edits_text(const struct rewrite_plan *plan, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < plan->n && len < size; i++)
		len += (size_t)put_edit(&plan->edits[i], text + len, size - len);
	return text;
}
