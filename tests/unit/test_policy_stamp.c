// SPDX-License-Identifier: Apache-2.0
#include "policy_stamp.h"

#include "fixture.h"
#include "harness.h"

static struct policy *policy;

/* Neither tenant lists domains: all that are their own count. */
static void begin(void)
{
	policy = fixture_policy();
	fixture_contoso()->originator_orgs = (struct policy_span_list){ 0 };
	fixture_contoso()->dkim_domains = (struct policy_span_list){ 0 };
	fixture_fabrikam()->originator_orgs = (struct policy_span_list){ 0 };
	fixture_fabrikam()->dkim_domains = (struct policy_span_list){ 0 };
}

static bool is_org(const char *domain)
{
	return policy_is_org(policy, fixture_contoso(), span_of_string(domain));
}

static bool is_signer(const char *domain)
{
	return policy_is_signer(policy, fixture_contoso(), span_of_string(domain));
}

TEST(own_domains)
{
	static const struct {
		const char *domain;
		bool own;
	} rows[] = {
		{ "contoso.com", true },	 { "contoso.onmicrosoft.com", true },
		{ "contoso.example.net", true }, /* where senders move to */
		{ "x.dept.contoso.com", true },	 { "dept.contoso.com", false },
		{ "x.contoso.com", false },	 { "fabrikam.com", false },
		{ "example.net", false },	 { "", false },
	};

	begin();
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		harness_row("%s", rows[i].domain);
		CHECK_EQ(is_org(rows[i].domain), rows[i].own);
		CHECK_EQ(is_signer(rows[i].domain), rows[i].own);
	}
}

/* What is listed is instead of its own. */
TEST(listed_domains)
{
	static const struct span names[] = { { "org.example", 11 } };

	begin();
	fixture_contoso()->originator_orgs = (struct policy_span_list){ names, 1 };
	fixture_contoso()->dkim_domains = (struct policy_span_list){ names, 1 };
	CHECK(is_org("org.example"));
	CHECK(!is_org("contoso.com"));
	CHECK(is_signer("org.example"));
	CHECK(!is_signer("contoso.com"));
}

static const struct policy_tenant *stamped(const char *domain)
{
	return policy_stamped_org(policy, span_of_string(domain));
}

/* Whose it is, or who lists it; and nobody's where these are two. */
TEST(the_tenant_of_an_organisation)
{
	static const struct span names[] = { { "org.example", 11 } };
	static struct policy_stamp slots[4];

	begin();
	memset(slots, 0, sizeof(slots));
	policy->stamps = (struct policy_stamp_table){ slots, N_ELEMENTS(slots) };
	CHECK(stamped("contoso.com") == fixture_contoso());
	CHECK(stamped("fabrikam.com") == fixture_fabrikam());
	CHECK(!stamped("org.example"));
	policy_stamp_add(&policy->stamps, SPAN("fabrikam.com"), fixture_contoso());
	CHECK(!stamped("fabrikam.com"));
	fixture_fabrikam()->originator_orgs = (struct policy_span_list){ names, 1 };
	policy_stamp_add(&policy->stamps, names[0], fixture_fabrikam());
	CHECK(stamped("fabrikam.com") == fixture_contoso());
	CHECK(stamped("org.example") == fixture_fabrikam());
	policy->stamps.n_slots = 0;
	CHECK(!stamped("contoso.com"));
}

HARNESS_MAIN
