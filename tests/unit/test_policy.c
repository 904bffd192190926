// SPDX-License-Identifier: Apache-2.0
#include "policy.h"

#include "fixture.h"
#include "harness.h"

static struct span text(const char *s)
{
	size_t len = strlen(s);

	return span_of(guarded(s, len), len);
}

TEST(tenant_of_a_domain)
{
	static const struct {
		const char *domain;
		const char *tenant;
	} rows[] = {
		{ "contoso.com", "contoso" },
		{ "contoso.onmicrosoft.com", "contoso" },
		{ "contoso.example.net", "contoso" },
		{ "fabrikam.com", "fabrikam" },
		{ "a.dept.contoso.com", "contoso" },
		{ "a.b.c.dept.contoso.com", "contoso" },
		{ "dept.contoso.com", NULL }, /* ".dept" covers what is below it only */
		{ "sub.contoso.com", NULL },  /* no leading dot: not subdomains */
		{ "evilcontoso.com", NULL },
		{ "contoso.com.evil.example", NULL },
		{ "xdept.contoso.com", NULL },
		{ "com", NULL },
		{ "example.net", NULL }, /* hosted is no tenant */
		{ "", NULL },
	};
	const struct policy *policy = fixture_policy();

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct policy_tenant *tenant = policy_tenant_of(policy, text(rows[i].domain));
		const char *wanted = rows[i].tenant;

		harness_row("%s", rows[i].domain);
		if (!CHECK(!tenant == !wanted) || !tenant)
			continue;
		CHECK_BYTES(tenant->name.p, tenant->name.len, wanted, strlen(wanted));
	}
}

TEST(hosted_domains)
{
	static const struct {
		const char *domain;
		bool hosted;
	} rows[] = {
		{ "example.net", true },  { "sub.example.net", false },
		{ "contoso.com", false }, /* a tenant's is not hosted unless it is listed */
		{ "net", false },	  { "", false },
	};
	const struct policy *policy = fixture_policy();

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		harness_row("%s", rows[i].domain);
		CHECK_EQ(policy_hosts(policy, text(rows[i].domain)), rows[i].hosted);
	}
}

/* The same name may be a tenant's and hosted, itself and as the parent of subdomains. */
TEST(uses_and_reaches_of_one_name_are_apart)
{
	static const struct policy_tenant one, other;
	static const struct policy_domain domains[] = {
		{ { "x.example", 9 }, false, POLICY_DOMAIN_TENANT, &one },
		{ { "x.example", 9 }, true, POLICY_DOMAIN_TENANT, &other },
		{ { "x.example", 9 }, false, POLICY_DOMAIN_HOSTED, NULL },
		{ { "y.x.example", 11 }, true, POLICY_DOMAIN_TENANT, &one },
		{ { "y.x.example", 11 }, true, POLICY_DOMAIN_HOSTED, NULL },
	};
	struct policy_domain_slot slots[16] = { 0 };
	const struct policy_domain *earlier;
	struct policy policy = { .domains = { slots, N_ELEMENTS(slots), 0 } };

	for (size_t i = 0; i < N_ELEMENTS(domains); i++) {
		CHECK(policy_domain_add(&policy.domains, &domains[i], &earlier));
		CHECK(!earlier);
	}
	CHECK(policy_tenant_of(&policy, SPAN("x.example")) == &one);
	CHECK(policy_tenant_of(&policy, SPAN("a.x.example")) == &other);
	CHECK(policy_tenant_of(&policy, SPAN("y.x.example")) == &other);
	CHECK(policy_tenant_of(&policy, SPAN("a.y.x.example")) == &one);
	CHECK(policy_hosts(&policy, SPAN("x.example")));
	CHECK(!policy_hosts(&policy, SPAN("a.x.example")));
	CHECK(policy_hosts(&policy, SPAN("a.b.y.x.example")));
}

TEST(a_repeated_domain_is_told)
{
	static const struct policy_tenant one, other;
	static const struct policy_domain first = {
		{ "x.example", 9 }, false, POLICY_DOMAIN_TENANT, &one
	};
	static const struct policy_domain again = {
		{ "x.example", 9 }, false, POLICY_DOMAIN_TENANT, &other
	};
	struct policy_domain_slot slots[4] = { 0 };
	const struct policy_domain *earlier;
	struct policy policy = { .domains = { slots, N_ELEMENTS(slots), 0 } };

	CHECK(policy_domain_add(&policy.domains, &first, &earlier));
	CHECK(!policy_domain_add(&policy.domains, &again, &earlier));
	CHECK(earlier == &first);
	CHECK(policy_tenant_of(&policy, SPAN("x.example")) == &one);
}

/* As full as the contract allows, every name is found, and none that is not there. */
TEST(a_full_table)
{
	enum {
		N = 512
	};
	static struct policy_domain domains[N];
	static struct policy_tenant tenants[N];
	static char names[N][16];
	static struct policy_domain_slot slots[2 * N];
	struct policy policy = { .domains = { slots, N_ELEMENTS(slots), 0 } };
	const struct policy_domain *earlier;

	for (size_t i = 0; i < N; i++) {
		memcpy(names[i], "d000.example", 12);
		names[i][1] = (char)('0' + i / 100);
		names[i][2] = (char)('0' + i / 10 % 10);
		names[i][3] = (char)('0' + i % 10);
		domains[i] = (struct policy_domain){
			{ names[i], 12 }, i % 2 == 0, POLICY_DOMAIN_TENANT, &tenants[i]
		};
		CHECK(policy_domain_add(&policy.domains, &domains[i], &earlier));
	}
	for (size_t i = 0; i < N; i++) {
		bool itself = i % 2;

		CHECK(policy_tenant_of(&policy, domains[i].name) == (itself ? &tenants[i] : NULL));
	}
	CHECK(!policy_tenant_of(&policy, SPAN("d999.example")));
	CHECK(policy_tenant_of(&policy, SPAN("x.d000.example")) == &tenants[0]);
}

TEST(no_domains_at_all)
{
	const struct policy policy = { .mode = POLICY_ENFORCE };

	CHECK(!policy_tenant_of(&policy, SPAN("contoso.com")));
	CHECK(!policy_hosts(&policy, SPAN("contoso.com")));
}

TEST(lists)
{
	const struct policy_span_list none = { NULL, 0 };
	const struct policy_span_list *ids;

	fixture_policy();
	ids = &fixture_contoso()->ids;
	CHECK(policy_lists(ids, text(CONTOSO_ID)));
	CHECK(policy_lists(ids, text(CONTOSO_OTHER_ID)));
	CHECK(policy_lists(ids, text("1234ABCD-18C5-45E8-88DE-123456789ABC")));
	CHECK(!policy_lists(ids, text("1234abcd-18c5-45e8-88de-123456789ab")));
	CHECK(!policy_lists(ids, text("{" CONTOSO_ID "}")));
	CHECK(!policy_lists(ids, text("")));
	CHECK(!policy_lists(ids, span_of(NULL, 0)));
	CHECK(!policy_lists(&none, text("")));
}

TEST(moves)
{
	const struct policy_tenant *tenant;
	struct span to = { NULL, 99 };

	fixture_policy();
	tenant = fixture_contoso();
	CHECK(!policy_move_of(tenant, text("contoso.onmicrosoft.com"), &to));
	CHECK(!policy_move_of(tenant, text("x.contoso.com"), &to));
	CHECK(!policy_move_of(tenant, text("contoso.example.net"), &to));
	CHECK(!policy_move_of(fixture_fabrikam(), text("contoso.com"), &to));
	CHECK_EQ(to.len, 99);
	CHECK(policy_move_of(tenant, text("contoso.com"), &to));
	CHECK_BYTES(to.p, to.len, "contoso.example.net", 19);
}

HARNESS_MAIN
