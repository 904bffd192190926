// SPDX-License-Identifier: Apache-2.0
#include "tenant.h"

#include "fixture.h"
#include "harness.h"
#include "idn.h"

#define ARENA_SIZE 8192
#define ATTRIBUTED "X-MS-Exchange-CrossTenant-OriginalAttributedTenantConnectingIp"

static domain_to_ascii *to_ascii;

static struct tenant_stamps read_fields(const struct fixture_field *fields)
{
	struct arena arena = fixture_arena(ARENA_SIZE);
	struct tenant_stamps stamps;

	memset(&stamps, 0xaa, sizeof(stamps));
	CHECK(tenant_stamps_read(fixture_headers(&arena, fields), to_ascii, &stamps));
	return stamps;
}

static void check_stamp(const struct tenant_stamp *stamp, uint32_t n, bool differs,
			const char *value)
{
	CHECK_EQ(stamp->n, n);
	CHECK_EQ(stamp->differs, differs);
	CHECK_BYTES(stamp->value.p, stamp->value.len, value, strlen(value));
}

TEST(nothing_is_stamped)
{
	static const struct fixture_field none[] = { { "From", " a@b.example" }, { NULL, NULL } };
	const struct tenant_stamps stamps = read_fields(none);

	check_stamp(&stamps.id, 0, false, "");
	check_stamp(&stamps.originator_org, 0, false, "");
	check_stamp(&stamps.attributed, 0, false, "");
	check_stamp(&stamps.auth_as, 0, false, "");
	check_stamp(&stamps.from_entity, 0, false, "");
	CHECK_EQ(stamps.connecting_ip.family, ADDRESS_NONE);
}

TEST(each_field_is_its_own_stamp)
{
	static const struct fixture_field fields[] = {
		{ "X-MS-Exchange-CrossTenant-Id", " " CONTOSO_ID },
		{ "X-OriginatorOrg", " contoso.com" },
		{ "X-MS-Exchange-CrossTenant-AuthAs", " Internal" },
		{ "X-MS-Exchange-CrossTenant-FromEntityHeader", " Hosted" },
		{ ATTRIBUTED, " TenantId=" FABRIKAM_ID ";Ip=[81.144.215.152];Helo=[mail.example]" },
		{ NULL, NULL },
	};
	const struct tenant_stamps stamps = read_fields(fields);
	const struct address ip = fixture_address('4', "81.144.215.152");

	check_stamp(&stamps.id, 1, false, CONTOSO_ID);
	check_stamp(&stamps.originator_org, 1, false, "contoso.com");
	check_stamp(&stamps.attributed, 1, false, FABRIKAM_ID);
	check_stamp(&stamps.auth_as, 1, false, "Internal");
	check_stamp(&stamps.from_entity, 1, false, "Hosted");
	CHECK_BYTES(&stamps.connecting_ip, sizeof(ip), &ip, sizeof(ip));
}

/* Attacks C1 to C6, C9: what of the value counts, and what makes two values differ. */
TEST(values_and_repetitions)
{
	static const struct {
		const char *why;
		const char *first, *second; /* second may be NULL */
		uint32_t n;
		bool differs;
		const char *value;
	} rows[] = {
		{ "C1 equal twice", " " CONTOSO_ID, " " CONTOSO_ID, 2, false, CONTOSO_ID },
		{ "C2 different", " " CONTOSO_ID, " " FABRIKAM_ID, 2, true, CONTOSO_ID },
		{ "C3 case", " ABCD", " abcd", 2, false, "ABCD" },
		{ "C4 trailing blank", " abcd ", NULL, 1, false, "abcd" },
		{ "C5 leading tab", "\tabcd", NULL, 1, false, "abcd" },
		{ "folded", "\n abcd\n\t", NULL, 1, false, "abcd" },
		{ "C6 braces", " {abcd}", NULL, 1, false, "{abcd}" },
		{ "empty", "", NULL, 1, false, "" },
		{ "blank", " \n\t ", NULL, 1, false, "" },
		{ "empty and not", "", " abcd", 2, true, "" },
		{ "not and empty", " abcd", "", 2, true, "abcd" },
		{ "comment", " abcd (x)", NULL, 1, false, "abcd (x)" },
		{ "two in one", " a, b", NULL, 1, false, "a, b" },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct fixture_field fields[] = {
			{ "X-MS-Exchange-CrossTenant-Id", rows[i].first },
			{ rows[i].second ? "X-MS-Exchange-CrossTenant-Id " : "Subject",
			  rows[i].second ? rows[i].second : "x" },
			{ NULL, NULL },
		};
		const struct tenant_stamps stamps = read_fields(fields);

		harness_row("%s", rows[i].why);
		check_stamp(&stamps.id, rows[i].n, rows[i].differs, rows[i].value);
	}
}

TEST(a_third_field_that_differs_is_seen)
{
	static const struct fixture_field fields[] = {
		{ "X-OriginatorOrg", "a" },
		{ "X-OriginatorOrg", "a" },
		{ "X-OriginatorOrg", "b" },
		{ "X-OriginatorOrg", "a" },
		{ NULL, NULL },
	};
	const struct tenant_stamps stamps = read_fields(fields);

	check_stamp(&stamps.originator_org, 4, true, "a");
	CHECK_BYTES(stamps.org.text, stamps.org.len, "a", 1);
}

static void check_org(const char *value, const char *domain)
{
	const struct fixture_field fields[] = { { "X-OriginatorOrg", value }, { NULL, NULL } };
	const struct tenant_stamps stamps = read_fields(fields);

	harness_row("%s", value);
	CHECK_EQ(stamps.originator_org.n, 1);
	CHECK_BYTES(stamps.org.text, stamps.org.len, domain, strlen(domain));
}

TEST(an_organisation_is_read_as_a_domain)
{
	check_org(" CONTOSO.com ", "contoso.com");
	check_org(" contoso.com.", "");
	check_org(" contoso.com (x)", "");
	check_org("", "");
	check_org(" " CONTOSO_ID, CONTOSO_ID); /* a label of its own, and nobody's */
	check_org(" \xff.contoso.com", "");
}

/* domain.h: U-labels are A-labels, here as in From. */
TEST(an_organisation_in_unicode)
{
	check_org(" kontos\xc3\xb6.example", "");
	to_ascii = idn_to_ascii;
	check_org(" kontos\xc3\xb6.example", "xn--kontos-1xa.example");
	check_org(" \xff.contoso.com", "");
	to_ascii = NULL;
}

TEST(the_attributed_field)
{
	static const struct {
		const char *value;
		const char *id;
		const char *ip; /* NULL: none */
	} rows[] = {
		{ " TenantId=abc;Ip=[192.0.2.1];Helo=[x]", "abc", "192.0.2.1" },
		{ " TenantId=abc; Ip=192.0.2.1", "abc", "192.0.2.1" },
		{ " tenantid=abc;\n\tip=[192.0.2.1]", "abc", "192.0.2.1" },
		{ " Ip=[192.0.2.1];Helo=[x];TenantId=abc", "abc", "192.0.2.1" },
		{ " TenantId=abc;Ip=[2001:db8::1]", "abc", "2001:db8::1" },
		{ " TenantId=abc;Ip=[::ffff:192.0.2.1]", "abc", "192.0.2.1" },
		{ " TenantId=abc", "abc", NULL },
		{ " TenantId=abc;Ip=", "abc", NULL },
		{ " TenantId=abc;Ip=[]", "abc", NULL },
		{ " TenantId=abc;Ip=[", "abc", NULL },
		{ " TenantId=abc;Ip=[192.0.2.1", "abc", NULL },
		{ " TenantId=abc;Ip=unknown", "abc", NULL },
		{ " Ip=[192.0.2.1]", "", "192.0.2.1" },
		{ " TenantId=;Ip=[192.0.2.1]", "", "192.0.2.1" },
		{ " XTenantId=abc", "", NULL },
		{ " TenantId", "", NULL },
		{ " TenantIdabc", "", NULL },
		{ " ;;;=;TenantId=abc;;", "abc", NULL },
		{ "", "", NULL },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct fixture_field fields[] = { { ATTRIBUTED, rows[i].value },
							{ NULL, NULL } };
		const struct tenant_stamps stamps = read_fields(fields);
		char text[ADDRESS_TEXT_MAX];
		const char *wanted = rows[i].ip ? rows[i].ip : "unknown";

		harness_row("%s", rows[i].value);
		check_stamp(&stamps.attributed, 1, false, rows[i].id);
		address_format(&stamps.connecting_ip, text);
		CHECK_BYTES(text, strlen(text), wanted, strlen(wanted));
	}
}

/* Two fields: one address only if both name it, and one tenant only if both do. */
TEST(a_repeated_attributed_field)
{
	static const struct {
		const char *first, *second;
		bool differs;
		uint8_t ip_family;
	} rows[] = {
		{ "TenantId=a;Ip=[192.0.2.1]", "TenantId=a;Ip=[192.0.2.1]", false, ADDRESS_V4 },
		{ "TenantId=a;Ip=[192.0.2.1]", "TenantId=b;Ip=[192.0.2.1]", true, ADDRESS_V4 },
		{ "TenantId=a;Ip=[192.0.2.1]", "TenantId=a;Ip=[192.0.2.2]", false, ADDRESS_NONE },
		{ "TenantId=a;Ip=[192.0.2.1]", "TenantId=a", false, ADDRESS_NONE },
		{ "TenantId=a", "TenantId=a;Ip=[192.0.2.1]", false, ADDRESS_NONE },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct fixture_field fields[] = {
			{ ATTRIBUTED, rows[i].first },
			{ ATTRIBUTED, rows[i].second },
			{ NULL, NULL },
		};
		const struct tenant_stamps stamps = read_fields(fields);

		harness_row("row %zu", i);
		check_stamp(&stamps.attributed, 2, rows[i].differs, "a");
		CHECK_EQ(stamps.connecting_ip.family, rows[i].ip_family);
	}
}

HARNESS_MAIN
