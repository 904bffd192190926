// SPDX-License-Identifier: Apache-2.0
/* RFC 6376 3.5 and 6.1.1, RFC 8463; each row changes one tag of a good signature. */
#include "dkim_sig.h"

#include <stdio.h>

#include "fixture.h"
#include "harness.h"
#include "idn.h"

#define BH	    "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="
#define L63	    "a23456789012345678901234567890123456789012345678901234567890123"
#define DOMAIN_LONG L63 "." L63 "." L63 ".example"

static const char *const good[] = {
	"v=1",	      "a=rsa-sha256", "d=example.com",
	"s=sel",      "h=from:to",    "bh=MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=",
	"b=c2lnbmF0", NULL,
};

static struct dkim_sig sig;
static enum dkim_why why;
static domain_to_ascii *to_ascii;

/* The good tags, but for that of the same name as the change, which stands in its place. */
static enum parse_status parse_changed(const char *change)
{
	char text[2048];
	size_t len = 0, name_len = change ? strcspn(change, "=") + 1 : 0;
	bool changed = !change;

	for (size_t i = 0; good[i]; i++) {
		bool same = change && !strncmp(good[i], change, name_len);
		const char *tag = same ? change : good[i];

		changed |= same;
		if (!same || change[name_len] != '-')
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s;", tag);
	}
	if (!changed)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s;", change);
	return dkim_sig_parse(span_of(guarded(text, len), len), to_ascii, &sig, &why);
}

/* "x=-" leaves the tag out. */
static const struct {
	const char *change;
	enum dkim_why why; /* VERIFIED: accepted */
} rows[] = {
	{ NULL, DKIM_WHY_VERIFIED },
	{ "v=-", DKIM_WHY_TAG_MISSING },
	{ "v=2", DKIM_WHY_VERSION },
	{ "v=", DKIM_WHY_VERSION },
	{ "v=1.0", DKIM_WHY_VERSION },
	{ "v= 1 ", DKIM_WHY_VERIFIED },
	{ "a=-", DKIM_WHY_TAG_MISSING },
	{ "a=ed25519-sha256", DKIM_WHY_VERIFIED },
	{ "a=rsa-sha1", DKIM_WHY_VERIFIED },
	{ "a=rsa-sha512", DKIM_WHY_ALGORITHM },
	{ "a=ed25519-sha1", DKIM_WHY_ALGORITHM },
	{ "a=rsa", DKIM_WHY_ALGORITHM },
	{ "a=RSA-SHA256", DKIM_WHY_ALGORITHM }, /* 3.2: values have case */
	{ "a=", DKIM_WHY_ALGORITHM },
	{ "b=-", DKIM_WHY_TAG_MISSING },
	{ "b=", DKIM_WHY_SIGNATURE_DATA },
	{ "b=c2ln!", DKIM_WHY_SIGNATURE_DATA },
	{ "b=c2lnb", DKIM_WHY_SIGNATURE_DATA },
	{ "b= c2ln\n bmF0 ", DKIM_WHY_VERIFIED },
	{ "bh=-", DKIM_WHY_TAG_MISSING },
	{ "bh=", DKIM_WHY_BODY_HASH_DATA },
	{ "bh=c2ln", DKIM_WHY_VERIFIED }, /* of the wrong length: it will differ */
	{ "bh=" BH BH, DKIM_WHY_BODY_HASH_DATA },
	{ "c=simple", DKIM_WHY_VERIFIED },
	{ "c=relaxed/relaxed", DKIM_WHY_VERIFIED },
	{ "c=", DKIM_WHY_CANONICALISATION },
	{ "c=/", DKIM_WHY_CANONICALISATION },
	{ "c=relaxed/", DKIM_WHY_CANONICALISATION },
	{ "c=/simple", DKIM_WHY_CANONICALISATION },
	{ "c=relaxed/foo", DKIM_WHY_CANONICALISATION },
	{ "c=nowsp", DKIM_WHY_CANONICALISATION },
	{ "c=relaxed/simple/simple", DKIM_WHY_CANONICALISATION },
	{ "d=-", DKIM_WHY_TAG_MISSING },
	{ "d=", DKIM_WHY_DOMAIN },
	{ "d=EXAMPLE.com", DKIM_WHY_VERIFIED },
	{ "d=exam ple.com", DKIM_WHY_DOMAIN },
	{ "d=example..com", DKIM_WHY_DOMAIN },
	{ "d=example.com.", DKIM_WHY_DOMAIN }, /* 3.5: domain-name has no last dot */
	{ "d=m\xc3\xb8x.example", DKIM_WHY_DOMAIN },
	{ "d=" DOMAIN_LONG, DKIM_WHY_VERIFIED },
	{ "s=-", DKIM_WHY_TAG_MISSING },
	{ "s=", DKIM_WHY_SELECTOR },
	{ "s=a.b_c", DKIM_WHY_VERIFIED },
	{ "s=a b", DKIM_WHY_SELECTOR },
	{ "s=a.", DKIM_WHY_SELECTOR },
	{ "s=" DOMAIN_LONG, DKIM_WHY_VERIFIED },
	{ "s=" DOMAIN_LONG "." L63, DKIM_WHY_SELECTOR },
	{ "h=-", DKIM_WHY_TAG_MISSING },
	{ "h=", DKIM_WHY_HEADERS },
	{ "h=from:", DKIM_WHY_HEADERS },
	{ "h=from::to", DKIM_WHY_HEADERS },
	{ "h=fr om", DKIM_WHY_HEADERS },
	{ "h=from:\xc3\xb8", DKIM_WHY_HEADERS },
	{ "h=to:subject", DKIM_WHY_FROM_UNSIGNED },
	{ "h=to : FROM\n : from", DKIM_WHY_VERIFIED },
	{ "i=@example.com", DKIM_WHY_VERIFIED },
	{ "i=a@EXAMPLE.com", DKIM_WHY_VERIFIED },
	{ "i=\"a@b\"@example.com", DKIM_WHY_VERIFIED },
	{ "i=m\xc3\xb8x@example.com", DKIM_WHY_VERIFIED },
	{ "i=@sub.example.com", DKIM_WHY_VERIFIED },
	{ "i=@xexample.com", DKIM_WHY_IDENTITY },
	{ "i=@com", DKIM_WHY_IDENTITY },
	{ "i=@.example.com", DKIM_WHY_IDENTITY },
	{ "i=example.com", DKIM_WHY_IDENTITY },
	{ "i=a@", DKIM_WHY_IDENTITY },
	{ "i=a@example.com.", DKIM_WHY_IDENTITY },
	{ "i=", DKIM_WHY_IDENTITY },
	{ "i=a@example.org", DKIM_WHY_IDENTITY },
	{ "l=0", DKIM_WHY_VERIFIED },
	{ "l=", DKIM_WHY_BODY_LENGTH },
	{ "l=-1", DKIM_WHY_BODY_LENGTH },
	{ "l=+1", DKIM_WHY_BODY_LENGTH },
	{ "l=0x10", DKIM_WHY_BODY_LENGTH },
	{ "l=1 2", DKIM_WHY_BODY_LENGTH },
	{ "q=dns/txt", DKIM_WHY_VERIFIED },
	{ "q=http : dns/txt", DKIM_WHY_VERIFIED },
	{ "q=dns", DKIM_WHY_QUERY },
	{ "q=", DKIM_WHY_QUERY },
	{ "t=1117574938", DKIM_WHY_VERIFIED },
	{ "t=999999999999", DKIM_WHY_VERIFIED },
	{ "t=1000000000000", DKIM_WHY_TIMESTAMP },
	{ "t=", DKIM_WHY_TIMESTAMP },
	{ "t=-5", DKIM_WHY_TIMESTAMP },
	{ "x=1", DKIM_WHY_VERIFIED },
	{ "x=never", DKIM_WHY_EXPIRATION },
	{ "x=1000000000000", DKIM_WHY_EXPIRATION },
	{ "x=2;t=1", DKIM_WHY_VERIFIED },
	{ "x=1;t=1", DKIM_WHY_EXPIRATION },
	{ "z=From:a|To:b", DKIM_WHY_VERIFIED },
	{ "z=", DKIM_WHY_VERIFIED },
	{ "unknown=x", DKIM_WHY_VERIFIED },
	{ "unknown=x;unknown=x", DKIM_WHY_TAG_LIST },
	{ "d=a.example;d=a.example", DKIM_WHY_TAG_LIST },
	{ "no tag", DKIM_WHY_TAG_LIST },
};

TEST(one_tag_changed)
{
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		enum dkim_why wanted = rows[i].why;

		harness_row("%s", rows[i].change ? rows[i].change : "good");
		if (wanted == DKIM_WHY_VERIFIED)
			CHECK_EQ(parse_changed(rows[i].change), PARSE_OK);
		else if (CHECK_EQ(parse_changed(rows[i].change), PARSE_BAD))
			CHECK_EQ(why, wanted);
	}
}

TEST(what_is_read)
{
	CHECK_EQ(parse_changed(
			 "c=relaxed;a=ed25519-sha256;i=x@Sub.Example.Com;l=18446744073709551616;"
			 "t=7;x=8;z=y"),
		 PARSE_BAD);
	CHECK_EQ(parse_changed("c=relaxed"), PARSE_OK);
	CHECK_EQ(sig.algorithm, DKIM_RSA_SHA256);
	CHECK_EQ(sig.header_canon, DKIM_RELAXED);
	CHECK_EQ(sig.body_canon, DKIM_SIMPLE); /* 3.5: "simple" unless given */
	CHECK(span_eq(domain_span(&sig.domain), SPAN("example.com")));
	CHECK(span_eq(domain_span(&sig.selector), SPAN("sel")));
	CHECK(span_eq(sig.headers, SPAN("from:to")));
	CHECK(span_eq(sig.b_value, SPAN("c2lnbmF0")));
	CHECK_BYTES(sig.body_hash, sig.body_hash_len, "12345678901234567890123456789012", 32);
	CHECK_BYTES(sig.signature, sig.signature_len, "signat", 6);
	CHECK(!sig.has_body_length && !sig.has_timestamp && !sig.has_expiration);
	CHECK(!sig.at_subdomain);

	CHECK_EQ(parse_changed("c=simple/relaxed"), PARSE_OK);
	CHECK_EQ(sig.header_canon, DKIM_SIMPLE);
	CHECK_EQ(sig.body_canon, DKIM_RELAXED);

	CHECK_EQ(parse_changed("x=8;t=7;i=x@Sub.Example.Com;l=0042"), PARSE_OK);
	CHECK(sig.at_subdomain);
	CHECK(sig.has_body_length && sig.has_timestamp && sig.has_expiration);
	CHECK_EQ(sig.body_length, 42);
	CHECK_EQ(sig.timestamp, 7);
	CHECK_EQ(sig.expiration, 8);
}

/* 3.5: up to 76 digits. */
TEST(lengths_beyond_64_bits)
{
	char change[80];

	CHECK_EQ(parse_changed("l=18446744073709551614"), PARSE_OK);
	CHECK(sig.body_length == UINT64_MAX - 1);
	CHECK_EQ(parse_changed("l=18446744073709551621"), PARSE_OK);
	CHECK(sig.body_length == UINT64_MAX);
	snprintf(change, sizeof(change), "l=%076d", 5);
	CHECK_EQ(parse_changed(change), PARSE_OK);
	CHECK_EQ(sig.body_length, 5);
	snprintf(change, sizeof(change), "l=%077d", 5);
	CHECK_EQ(parse_changed(change), PARSE_BAD);
}

/* A log can name who signed, as far as that could be read. */
TEST(signer_of_a_bad_one)
{
	CHECK_EQ(parse_changed("v=2"), PARSE_BAD);
	CHECK(span_eq(domain_span(&sig.domain), SPAN("example.com")));
	CHECK(span_eq(domain_span(&sig.selector), SPAN("sel")));
	CHECK_EQ(parse_changed("s="), PARSE_BAD);
	CHECK_EQ(sig.domain.len, 11);
	CHECK_EQ(sig.selector.len, 0);
	CHECK_EQ(parse_changed("d="), PARSE_BAD);
	CHECK_EQ(sig.domain.len, 0);
}

/* --- RFC 8616 --------------------------------------------------------------------------------- */

#define M_U	   "m\xc3\xbcnchen.example"
#define M_A	   "xn--mnchen-3ya.example"
#define COMPOSED   "\xc3\xbc"
#define DECOMPOSED "u\xcc\x88"

static const struct {
	const char *change;
	enum dkim_why why; /* VERIFIED: accepted */
	const char *domain;
	const char *selector;
} unicode_rows[] = {
	/* 5: d=, s= and i= should have U-labels and may have A-labels, in any mixture */
	{ "d=" M_U, DKIM_WHY_VERIFIED, M_A, "sel" },
	{ "d=" M_A, DKIM_WHY_VERIFIED, M_A, "sel" },
	{ "d=M" COMPOSED "NCHEN.Example", DKIM_WHY_VERIFIED, M_A, "sel" },
	{ "d=m" DECOMPOSED "nchen.example", DKIM_WHY_VERIFIED, M_A, "sel" },
	{ "s=" COMPOSED, DKIM_WHY_VERIFIED, "example.com", "xn--tda" },
	{ "s=a_b." COMPOSED, DKIM_WHY_VERIFIED, "example.com", "a_b.xn--tda" },
	{ "d=" M_U ";i=a@" M_U, DKIM_WHY_VERIFIED, M_A, "sel" },
	{ "d=" M_U ";i=a@" M_A, DKIM_WHY_VERIFIED, M_A, "sel" },
	{ "d=" M_A ";i=@" M_U, DKIM_WHY_VERIFIED, M_A, "sel" },
	{ "d=" M_A ";i=@" COMPOSED "." M_U, DKIM_WHY_VERIFIED, M_A, "sel" },
	/* and the local part of i= is extended as that of an address is (5) */
	{ "d=" M_U ";i=j" COMPOSED "rgen@" M_U, DKIM_WHY_VERIFIED, M_A, "sel" },
	/* What is no U-label (RFC 5890 2.3.2.1) is no domain. */
	{ "d=m\xc3\x9cnchen.example", DKIM_WHY_DOMAIN, "", "" },
	{ "d=\xe2\x84\xaa.example", DKIM_WHY_DOMAIN, "", "" },
	{ "d=\xf0\x9f\x92\xa9.example", DKIM_WHY_DOMAIN, "", "" },
	{ "d=\xc3.example", DKIM_WHY_DOMAIN, "", "" },
	{ "s=\xef\xbd\x81", DKIM_WHY_SELECTOR, "example.com", "" },
	{ "i=@m\xc3\xb6nchen.example", DKIM_WHY_IDENTITY, "example.com", "sel" },
	{ "d=" M_U ";i=@m\xc3\xb6nchen.example", DKIM_WHY_IDENTITY, M_A, "sel" },
	{ "d=" M_U ";i=@xm\xc3\xbcnchen.example", DKIM_WHY_IDENTITY, M_A, "sel" },
	/* 3: names of tags, fields and algorithms stay ASCII */
	{ "h=from:\xc3\xbc", DKIM_WHY_HEADERS, "example.com", "sel" },
	{ "\xc3\xbc=1", DKIM_WHY_TAG_LIST, "", "" },
};

TEST(rfc8616_domains_in_u_labels)
{
	to_ascii = idn_to_ascii;
	for (size_t i = 0; i < N_ELEMENTS(unicode_rows); i++) {
		const char *domain = unicode_rows[i].domain, *selector = unicode_rows[i].selector;
		enum parse_status status = parse_changed(unicode_rows[i].change);
		bool valid = unicode_rows[i].why == DKIM_WHY_VERIFIED;

		harness_row("%s", unicode_rows[i].change);
		CHECK_EQ(status, valid ? PARSE_OK : PARSE_BAD);
		if (!valid)
			CHECK_EQ(why, unicode_rows[i].why);
		CHECK_BYTES(sig.domain.text, sig.domain.len, domain, strlen(domain));
		CHECK_BYTES(sig.selector.text, sig.selector.len, selector, strlen(selector));
	}
}

/* All rows above without U-labels are as they were. */
TEST(rfc8616_changes_nothing_in_ascii)
{
	to_ascii = idn_to_ascii;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		bool valid = rows[i].why == DKIM_WHY_VERIFIED;

		if (rows[i].change && domain_is_unicode(span_of_string(rows[i].change)))
			continue;
		harness_row("%s", rows[i].change ? rows[i].change : "good");
		CHECK_EQ(parse_changed(rows[i].change), valid ? PARSE_OK : PARSE_BAD);
	}
}

/* The name of the key record has to fit as it is looked up, in A-labels. */
TEST(rfc8616_length_is_that_of_a_labels)
{
	char change[DOMAIN_MAX + 3] = "d=";

	to_ascii = idn_to_ascii;
	/* 3 octets a label are 8, so that "sel._domainkey." and 30 of them are 254. */
	for (int i = 0; i < 30; i++)
		strcat(change, i ? ".\xc3\xbc" : "\xc3\xbc");
	CHECK_EQ(parse_changed(change), PARSE_BAD);
	CHECK_EQ(why, DKIM_WHY_SELECTOR);
	change[strlen(change) - 3] = '\0';
	CHECK_EQ(parse_changed(change), PARSE_OK);
}

HARNESS_MAIN
