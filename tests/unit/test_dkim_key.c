// SPDX-License-Identifier: Apache-2.0
/* RFC 6376 3.6.1, RFC 8463 4 */
#include "dkim_key.h"

#include "fixture.h"
#include "harness.h"

static const struct {
	struct span record;
	enum dkim_why why; /* VERIFIED: accepted */
} rows[] = {
	{ SPAN("p=AAAA"), DKIM_WHY_VERIFIED },
	{ SPAN("v=DKIM1; p=AAAA"), DKIM_WHY_VERIFIED },
	{ SPAN(" v = DKIM1 ; k=rsa; p=AA AA;"), DKIM_WHY_VERIFIED },
	{ SPAN("v=DKIM1; k=ed25519; p=AAAA"), DKIM_WHY_VERIFIED },
	{ SPAN("v=DKIM1; g=; n=note; x=1; p=AAAA"), DKIM_WHY_VERIFIED },
	{ SPAN("p=AAAA; v=DKIM1"), DKIM_WHY_KEY_VERSION },
	{ SPAN("v=DKIM2; p=AAAA"), DKIM_WHY_KEY_VERSION },
	{ SPAN("v=dkim1; p=AAAA"), DKIM_WHY_KEY_VERSION },
	{ SPAN("v=; p=AAAA"), DKIM_WHY_KEY_VERSION },
	{ SPAN("v=spf1 -all"), DKIM_WHY_KEY_VERSION },
	{ SPAN("v=DKIM1\\; p=AAAA"), DKIM_WHY_KEY_VERSION },
	{ SPAN("k=RSA; p=AAAA"), DKIM_WHY_KEY_TYPE },
	{ SPAN("k=; p=AAAA"), DKIM_WHY_KEY_TYPE },
	{ SPAN("v=DKIM1; p="), DKIM_WHY_KEY_REVOKED },
	{ SPAN("v=DKIM1; p= ;"), DKIM_WHY_KEY_REVOKED },
	{ SPAN("v=DKIM1; k=rsa"), DKIM_WHY_KEY_MALFORMED },
	{ SPAN(""), DKIM_WHY_KEY_MALFORMED },
	{ SPAN("\"v=DKIM1; p=AAAA\""), DKIM_WHY_KEY_MALFORMED },
	{ SPAN("p=AAAA; p=AAAA"), DKIM_WHY_KEY_MALFORMED },
	{ SPAN("p=AA\0AA"), DKIM_WHY_KEY_MALFORMED },
};

TEST(records)
{
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct span record = rows[i].record;
		struct dkim_key key;
		enum dkim_why why;

		harness_row("%s", record.p);
		record.p = guarded(record.p, record.len);
		if (rows[i].why == DKIM_WHY_VERIFIED)
			CHECK_EQ(dkim_key_parse(record, &key, &why), PARSE_OK);
		else if (CHECK_EQ(dkim_key_parse(record, &key, &why), PARSE_BAD))
			CHECK_EQ(why, rows[i].why);
	}
}

static const struct {
	const char *record;
	enum dkim_algorithm algorithm;
	bool at_subdomain;
	enum dkim_why why; /* VERIFIED: it suits */
} uses[] = {
	{ "p=AAAA", DKIM_RSA_SHA256, false, DKIM_WHY_VERIFIED },
	{ "p=AAAA", DKIM_ED25519_SHA256, false, DKIM_WHY_KEY_TYPE },
	{ "k=ed25519;p=AAAA", DKIM_ED25519_SHA256, false, DKIM_WHY_VERIFIED },
	{ "k=ed25519;p=AAAA", DKIM_RSA_SHA256, false, DKIM_WHY_KEY_TYPE },
	{ "h=sha256;p=AAAA", DKIM_RSA_SHA256, false, DKIM_WHY_VERIFIED },
	{ "h=sha1 : sha256;p=AAAA", DKIM_RSA_SHA256, false, DKIM_WHY_VERIFIED },
	{ "h=sha1;p=AAAA", DKIM_RSA_SHA256, false, DKIM_WHY_KEY_HASH },
	{ "h=;p=AAAA", DKIM_RSA_SHA256, false, DKIM_WHY_KEY_HASH },
	{ "s=*;p=AAAA", DKIM_RSA_SHA256, false, DKIM_WHY_VERIFIED },
	{ "s=other : email;p=AAAA", DKIM_RSA_SHA256, false, DKIM_WHY_VERIFIED },
	{ "s=other;p=AAAA", DKIM_RSA_SHA256, false, DKIM_WHY_KEY_SERVICE },
	{ "t=y;p=AAAA", DKIM_RSA_SHA256, true, DKIM_WHY_VERIFIED },
	{ "t=y:s;p=AAAA", DKIM_RSA_SHA256, false, DKIM_WHY_VERIFIED },
	{ "t=y : s;p=AAAA", DKIM_RSA_SHA256, true, DKIM_WHY_KEY_SUBDOMAIN },
	{ "p=AAAA", DKIM_RSA_SHA256, true, DKIM_WHY_VERIFIED },
};

TEST(what_a_key_is_for)
{
	for (size_t i = 0; i < N_ELEMENTS(uses); i++) {
		static struct dkim_sig sig;
		struct dkim_key key;
		enum dkim_why why = DKIM_WHY_VERIFIED;

		harness_row("%s, %d", uses[i].record, uses[i].algorithm);
		sig.algorithm = uses[i].algorithm;
		sig.at_subdomain = uses[i].at_subdomain;
		CHECK_EQ(dkim_key_parse(span_of_string(uses[i].record), &key, &why), PARSE_OK);
		CHECK_EQ(dkim_key_suits(&key, &sig, &why), uses[i].why == DKIM_WHY_VERIFIED);
		CHECK_EQ(why, uses[i].why);
	}
}

TEST(what_is_read)
{
	struct dkim_key key;
	enum dkim_why why;

	CHECK_EQ(dkim_key_parse(SPAN("v=DKIM1; k=ed25519; t=y; p= AA\n AA ;"), &key, &why),
		 PARSE_OK);
	CHECK_EQ(key.type, DKIM_KEY_ED25519);
	CHECK(key.testing && !key.no_subdomains && key.sha256 && key.email);
	CHECK(span_eq(key.text, SPAN("AA\n AA")));
}

HARNESS_MAIN
