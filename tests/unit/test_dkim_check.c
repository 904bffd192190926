// SPDX-License-Identifier: Apache-2.0
/*
 * RFC 6376 6, with a crypto that can be seen through: canonical texts are written by hand, and a
 * signature is the digest of one.
 */
#include "dkim_check.h"

#include <stdio.h>

#include "fixture.h"
#include "fixture_dkim.h"
#include "harness.h"
#include "idn.h"

/* A signature and what is signed by it, in canonical form. */
struct sample {
	const char *tags;   /* before bh= and b= */
	const char *header; /* canonical, without the signature's own field */
	const char *body;   /* canonical */
};

/* The message: its fields from the top, the signatures among them by a name of NULL. */
static const struct sample relaxed = {
	"v=1; a=rsa-sha256; c=relaxed/relaxed; d=contoso.com; s=sel; h=From:Subject:From",
	"from:Alice <alice@contoso.com>\r\nsubject:Hello you\r\n",
	"Good day\r\n",
};
static const struct sample simple = {
	"v=1; a=rsa-sha256; d=fabrikam.com; s=sel; h=subject:from",
	"Subject:  Hello\r\n  you\r\nFrom: Alice  <alice@contoso.com>\r\n",
	"Good  day \r\n",
};

static struct dkim_options options;
static struct arena arena;
static struct header_index headers;
static struct dkim_check *check;

static void add_field(const char *name, const char *value)
{
	size_t name_len = strlen(name), len = strlen(value);

	CHECK(header_index_add(&headers, &arena, span_of(guarded(name, name_len), name_len),
			       span_of(guarded(value, len), len)));
}

static void sign(const struct sample *sample)
{
	char value[2048];

	fixture_dkim_sign(sample->tags, sample->header, sample->body, value, sizeof(value));
	add_field("DKIM-Signature", value);
}

static void begin_message(void)
{
	arena = fixture_arena(256 * 1024);
	header_index_init(&headers, NULL);
	options = (struct dkim_options){
		.crypto = &fixture_dkim_crypto,
		.now = FIXTURE_DKIM_NOW,
		.max_signatures = 8,
		.min_rsa_bits = DKIM_RSA_BITS_MIN,
		.leading_space = true,
	};
	check = NULL;
}

static void add_content(void)
{
	add_field("From", " Alice  <alice@contoso.com>");
	add_field("Subject", "  Hello\n  you");
	check = dkim_check_begin(&options, &headers, &arena);
	CHECK(check);
}

static void answer(size_t i, const char *record)
{
	const struct dns_answer good = {
		.status = DNS_FOUND,
		.n = 1,
		.texts = { span_of_string(record) },
	};

	CHECK(dkim_check_answer(check, i, &good));
}

static void end(const char *body)
{
	struct span name;

	for (size_t i = 0; dkim_check_name(check, i, &name); i++)
		answer(i, "p=AAAA");
	dkim_check_body(check, span_of_string(body));
	dkim_check_end(check);
	CHECK_EQ(fixture_dkim_n_hashes, 0);
}

static const struct dkim_signature *signature(size_t i)
{
	const struct dkim_signature *found = NULL;

	CHECK(dkim_check_signature(check, i, &found));
	return found;
}

static void check_why(size_t i, enum dkim_why wanted)
{
	struct span word = dkim_why_word(signature(i)->why), wanted_word = dkim_why_word(wanted);

	CHECK_BYTES(word.p, word.len, wanted_word.p, wanted_word.len);
}

static void check_name(size_t i, const char *wanted)
{
	struct span name = { NULL, 0 };

	if (CHECK(dkim_check_name(check, i, &name)))
		CHECK_BYTES(name.p, name.len, wanted, strlen(wanted));
}

/* --- the way of one message ------------------------------------------------------------------- */

TEST(both_canonicalisations_verify)
{
	begin_message();
	sign(&relaxed);
	sign(&simple);
	add_content();
	check_name(0, "sel._domainkey.contoso.com");
	check_name(1, "sel._domainkey.fabrikam.com");
	CHECK(dkim_check_waits(check));
	end("Good  day \r\n\r\n");
	check_why(0, DKIM_WHY_VERIFIED);
	check_why(1, DKIM_WHY_VERIFIED);
	CHECK_EQ(signature(0)->field->index, 1);
	CHECK_EQ(signature(1)->field->index, 2);
	CHECK(span_eq(domain_span(&signature(1)->sig.domain), SPAN("fabrikam.com")));
	CHECK_EQ(fixture_dkim_n_verified, 2);
}

/* 3.7: the value of b= is left out with the blanks around it, wherever it stands. */
TEST(b_may_stand_anywhere)
{
	static const char *const forms[] = {
		" v=1; b=%s; a=rsa-sha256; c=relaxed; d=contoso.com; s=sel; h=from; bh=%s",
		" v=1; b = \n %s\n ; a=rsa-sha256; c=relaxed; d=contoso.com; s=sel; h=from; bh=%s",
	};
	static const char *const canonical[] = {
		"dkim-signature:v=1; b=; a=rsa-sha256; c=relaxed;"
		" d=contoso.com; s=sel; h=from; bh=",
		"dkim-signature:v=1; b =; a=rsa-sha256; c=relaxed;"
		" d=contoso.com; s=sel; h=from; bh=",
	};

	for (size_t i = 0; i < N_ELEMENTS(forms); i++) {
		char text[1024], value[1024];
		const char *bh = fixture_dkim_base64(SPAN("x\r\n"));
		int len = snprintf(text, sizeof(text), "from:Alice <alice@contoso.com>\r\n%s%s",
				   canonical[i], bh);

		harness_row("form %zu", i);
		snprintf(value, sizeof(value), forms[i],
			 fixture_dkim_base64(span_of(text, (size_t)len)), bh);
		begin_message();
		add_field("DKIM-Signature", value);
		add_content();
		end("x\r\n");
		check_why(0, DKIM_WHY_VERIFIED);
	}
}

/* Without the leading space agreed, the MTA has removed it, and "simple" needs it back. */
TEST(a_leading_space_that_was_removed)
{
	char value[2048];

	begin_message();
	options.leading_space = false;
	fixture_dkim_sign(simple.tags, simple.header, simple.body, value, sizeof(value));
	add_field("DKIM-Signature", value + 1);
	add_field("From", "Alice  <alice@contoso.com>");
	add_field("Subject", " Hello\n  you");
	check = dkim_check_begin(&options, &headers, &arena);
	end("Good  day \r\n");
	check_why(0, DKIM_WHY_VERIFIED);
}

TEST(the_body_in_pieces)
{
	const char *body = "Good  day \r\n\r\n";

	begin_message();
	sign(&relaxed);
	sign(&simple);
	add_content();
	for (size_t i = 0; body[i]; i++)
		dkim_check_body(check, span_of(guarded(body + i, 1), 1));
	answer(1, "p=AAAA");
	CHECK(dkim_check_waits(check));
	answer(0, "p=AAAA");
	CHECK(!dkim_check_waits(check));
	dkim_check_end(check);
	check_why(0, DKIM_WHY_VERIFIED);
	check_why(1, DKIM_WHY_VERIFIED);
}

TEST(what_differs)
{
	begin_message();
	sign(&relaxed);
	add_content();
	end("Good night\r\n");
	check_why(0, DKIM_WHY_BODY_HASH);
	CHECK_EQ(fixture_dkim_n_verified, 0);

	begin_message();
	sign(&relaxed);
	add_field("Subject", " another"); /* below, so that it is the one that is signed */
	add_content();
	end("Good day\r\n");
	check_why(0, DKIM_WHY_VERIFIED); /* ours is still lower */

	begin_message();
	sign(&relaxed);
	add_field("From", " mallory@contoso.com");
	add_content();
	end("Good day\r\n");
	check_why(0, DKIM_WHY_SIGNATURE); /* From is oversigned */
}

/* 3.5, h=: a signature does not sign itself, but others. */
TEST(signatures_signed)
{
	static const struct sample outer = {
		"v=1; a=rsa-sha256; c=relaxed; d=outer.example; s=o;"
		" h=from:dkim-signature:dkim-signature",
		"from:Alice <alice@contoso.com>\r\ndkim-signature:none\r\n", "x\r\n"
	};

	begin_message();
	sign(&outer);
	add_field("DKIM-Signature", " none");
	add_content();
	end("x");
	check_why(0, DKIM_WHY_VERIFIED);
	check_why(1, DKIM_WHY_TAG_LIST);
}

/* --- l= --------------------------------------------------------------------------------------- */

static void check_length(const char *length, enum dkim_why why, bool partial)
{
	char tags[256];
	struct sample sample = relaxed;

	snprintf(tags, sizeof(tags), "%s; l=%s", relaxed.tags, length);
	sample.tags = tags;
	sample.body = strcmp(length, "4") == 0 ? "Good" : relaxed.body;
	harness_row("l=%s", length);
	begin_message();
	sign(&sample);
	add_content();
	end("Good  day\r\n");
	check_why(0, why);
	CHECK_EQ(signature(0)->partial, partial);
}

TEST(lengths)
{
	check_length("10", DKIM_WHY_VERIFIED, false);
	check_length("4", DKIM_WHY_VERIFIED, true);
	check_length("11", DKIM_WHY_BODY_SHORT, false);
	check_length("18446744073709551626", DKIM_WHY_BODY_SHORT, false);
	check_length("9", DKIM_WHY_BODY_HASH, true);
}

/* Signatures that agree in canonicalisation and l= share a hash. */
TEST(hashes_are_shared)
{
	static const char *const tags[] = {
		"c=simple/relaxed;", "c=relaxed/relaxed;", "c=relaxed;",
		"c=simple;",	     "c=simple; l=5;",	   "c=relaxed; l=5;",
	};

	begin_message();
	for (size_t i = 0; i < N_ELEMENTS(tags); i++) {
		char all[256];
		struct sample sample = { all, "", "x\r\n" };

		snprintf(all, sizeof(all),
			 "v=1; a=rsa-sha256; d=a.example; s=s; h=from; %s x=2000000", tags[i]);
		sign(&sample);
	}
	add_content();
	CHECK_EQ(fixture_dkim_n_hashes, 3);
	CHECK(dkim_check_name(check, 0, &(struct span){ NULL, 0 }));
	CHECK(!dkim_check_name(check, 1, &(struct span){ NULL, 0 }));
	dkim_check_abandon(check);
	CHECK_EQ(fixture_dkim_n_hashes, 0);
	dkim_check_abandon(check);
	CHECK_EQ(fixture_dkim_n_hashes, 0);
}

/* --- keys ------------------------------------------------------------------------------------- */

static enum dkim_why why_with(const struct dns_answer *given)
{
	begin_message();
	options.min_rsa_bits = 2048;
	sign(&relaxed);
	add_content();
	CHECK(dkim_check_answer(check, 0, given));
	end("Good day\r\n");
	return signature(0)->why;
}

static const struct {
	struct span records[DNS_TEXTS_MAX];
	size_t n;
	enum dkim_why why;
} keys[] = {
	{ { SPAN("p=AAAA") }, 1, DKIM_WHY_VERIFIED },
	{ { SPAN("p=another") }, 1, DKIM_WHY_SIGNATURE },
	{ { SPAN("p=unusable") }, 1, DKIM_WHY_KEY_UNUSABLE },
	{ { SPAN("p=short") }, 1, DKIM_WHY_KEY_SHORT },
	{ { SPAN("p=long") }, 1, DKIM_WHY_KEY_LONG },
	{ { SPAN("p=error") }, 1, DKIM_WHY_INTERNAL },
	{ { SPAN("p=") }, 1, DKIM_WHY_KEY_REVOKED },
	{ { SPAN("garbage") }, 1, DKIM_WHY_KEY_MALFORMED },
	{ { SPAN("v=DKIM1; s=tlsrpt; p=AAAA") }, 1, DKIM_WHY_KEY_SERVICE },
	{ { SPAN("k=ed25519; p=AAAA") }, 1, DKIM_WHY_KEY_TYPE },
	/* several records: one that verifies is enough, the first says why none does */
	{ { SPAN("garbage"), SPAN("p=AAAA") }, 2, DKIM_WHY_VERIFIED },
	{ { SPAN("p=another"), SPAN("p=AAAA") }, 2, DKIM_WHY_VERIFIED },
	{ { SPAN("p=unusable"), SPAN("p=another") }, 2, DKIM_WHY_KEY_UNUSABLE },
	{ { SPAN("p="), SPAN("garbage") }, 2, DKIM_WHY_KEY_REVOKED },
	/* wherever it stands */
	{ { SPAN("x"), SPAN("x"), SPAN("x"), SPAN("x"), SPAN("x"), SPAN("x"), SPAN("x"),
	    SPAN("p=AAAA") },
	  DNS_TEXTS_MAX,
	  DKIM_WHY_VERIFIED },
	{ { SPAN("") }, 0, DKIM_WHY_KEY_ABSENT },
};

TEST(key_records)
{
	for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
		struct dns_answer given = { .status = DNS_FOUND, .n = keys[i].n };

		harness_row("row %zu", i);
		memcpy(given.texts, keys[i].records, sizeof(given.texts));
		CHECK_EQ(why_with(&given), keys[i].why);
	}
}

TEST(look_ups_without_a_record)
{
	CHECK_EQ(why_with(&(struct dns_answer){ .status = DNS_NO_NAME }), DKIM_WHY_KEY_ABSENT);
	CHECK_EQ(why_with(&(struct dns_answer){ .status = DNS_NO_DATA }), DKIM_WHY_KEY_ABSENT);
	CHECK_EQ(why_with(&(struct dns_answer){ .status = DNS_FAILED }), DKIM_WHY_KEY_UNAVAILABLE);
	CHECK_EQ(why_with(&(struct dns_answer){ .status = DNS_UNREADABLE }),
		 DKIM_WHY_KEY_UNREADABLE);
	CHECK_EQ(dkim_why_result(DKIM_WHY_KEY_UNAVAILABLE), DKIM_TEMPERROR);
	CHECK_EQ(dkim_why_result(DKIM_WHY_KEY_ABSENT), DKIM_PERMERROR);
}

/* What a key cannot save is not to be tried again for want of it; a key that never will be is. */
TEST(another_body_is_final_without_the_key)
{
	static const struct {
		struct dns_answer given;
		enum dkim_why why;
	} rows[] = {
		{ { .status = DNS_FAILED }, DKIM_WHY_BODY_HASH },
		{ { .status = DNS_FOUND, .n = 1, .texts = { SPAN("p=error") } },
		  DKIM_WHY_BODY_HASH },
		{ { .status = DNS_NO_NAME }, DKIM_WHY_KEY_ABSENT },
		{ { .status = DNS_FOUND, .n = 1, .texts = { SPAN("p=") } }, DKIM_WHY_KEY_REVOKED },
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		harness_row("row %zu", i);
		begin_message();
		sign(&relaxed);
		add_content();
		CHECK(dkim_check_answer(check, 0, &rows[i].given));
		end("Good night\r\n");
		check_why(0, rows[i].why);
	}
}

/* Whatever the hash would have been. */
TEST(a_body_hash_that_cannot_match_is_final)
{
	begin_message();
	add_field("DKIM-Signature",
		  " v=1; a=rsa-sha256; d=contoso.com; s=sel; h=from; bh=AAAA; b=AAAA");
	fixture_dkim_refused = 1;
	add_content();
	CHECK(dkim_check_answer(check, 0, &(struct dns_answer){ .status = DNS_FAILED }));
	end("Good day\r\n");
	check_why(0, DKIM_WHY_BODY_HASH);
}

TEST(a_key_on_trial_is_told)
{
	const struct dns_answer given = {
		.status = DNS_FOUND,
		.n = 1,
		.texts = { SPAN("t=y; p=AAAA") },
	};

	CHECK_EQ(why_with(&given), DKIM_WHY_VERIFIED);
	CHECK(signature(0)->testing);
}

/* --- which are tried -------------------------------------------------------------------------- */

static enum dkim_care cares_for(const void *whom, struct span domain)
{
	return span_eq(domain, span_of_string(whom)) ? DKIM_CARE_TENANT : DKIM_CARE_NOBODY;
}

TEST(at_most_so_many)
{
	static const char *const domains[] = { "a.example", "b.example",    "",		"c.example",
					       "d.example", "mine.example", "e.example" };

	begin_message();
	options.max_signatures = 3;
	options.cares = cares_for;
	options.whom = "mine.example";
	for (size_t i = 0; i < N_ELEMENTS(domains); i++) {
		char tags[256];
		struct sample sample = { tags, "from:Alice <alice@contoso.com>\r\n", "x\r\n" };

		snprintf(tags, sizeof(tags), "v=1; a=rsa-sha256; c=relaxed; d=%s; s=s; h=from",
			 domains[i]);
		sign(&sample);
	}
	add_content();
	check_name(2, "s._domainkey.mine.example");
	CHECK_EQ(dkim_check_care(check, 1), DKIM_CARE_NOBODY);
	CHECK_EQ(dkim_check_care(check, 2), DKIM_CARE_TENANT);
	end("x\r\n");
	CHECK_EQ(signature(0)->field->index, 1);
	CHECK_EQ(signature(1)->field->index, 2);
	CHECK_EQ(signature(2)->field->index, 6);
	CHECK(!dkim_check_signature(check, 3, &(const struct dkim_signature *){ NULL }));
	check_why(2, DKIM_WHY_VERIFIED);
}

TEST(none_at_all)
{
	begin_message();
	add_content();
	CHECK(!dkim_check_waits(check));
	end("x\r\n");
	CHECK(!dkim_check_signature(check, 0, &(const struct dkim_signature *){ NULL }));
}

/* --- the clock and RFC 8301 ------------------------------------------------------------------- */

static enum dkim_why why_of_tags(const char *more)
{
	char tags[256];
	struct sample sample = relaxed;

	snprintf(tags, sizeof(tags), "%s; %s", relaxed.tags, more);
	if (strncmp(more, "a=", 2) == 0)
		snprintf(tags, sizeof(tags), "v=1; %s; d=contoso.com; s=sel; h=from", more);
	sample.tags = tags;
	begin_message();
	sign(&sample);
	add_content();
	end("Good day\r\n");
	return signature(0)->why;
}

TEST(times)
{
	CHECK_EQ(why_of_tags("x=1000001"), DKIM_WHY_VERIFIED);
	CHECK_EQ(why_of_tags("x=1000000"), DKIM_WHY_VERIFIED);
	CHECK_EQ(why_of_tags("x=999999"), DKIM_WHY_EXPIRED);
	CHECK_EQ(why_of_tags("t=1086400"), DKIM_WHY_VERIFIED);
	CHECK_EQ(why_of_tags("t=1086401"), DKIM_WHY_FUTURE);
	CHECK_EQ(why_of_tags("t=999999999999"), DKIM_WHY_FUTURE);
}

TEST(sha1_is_not_even_looked_up)
{
	CHECK_EQ(why_of_tags("a=rsa-sha1"), DKIM_WHY_SHA1);
	CHECK(!dkim_check_name(check, 0, &(struct span){ NULL, 0 }));
	CHECK_EQ(dkim_why_result(DKIM_WHY_SHA1), DKIM_POLICY);
}

/* --- what runs out ---------------------------------------------------------------------------- */

/* How long the body is has not been seen either. */
TEST(hashes_that_cannot_begin)
{
	fixture_dkim_refused = 1;
	CHECK_EQ(why_of_tags("q=dns/txt"), DKIM_WHY_INTERNAL);
	fixture_dkim_refused = 1;
	CHECK_EQ(why_of_tags("l=4"), DKIM_WHY_INTERNAL);
	CHECK_EQ(dkim_why_result(DKIM_WHY_INTERNAL), DKIM_TEMPERROR);
}

/* However little of the arena is left, what began is given back. */
TEST(an_exhausted_arena)
{
	for (size_t left = 0; left < 16 * 1024; left += 16) {
		harness_row("%zu left", left);
		begin_message();
		sign(&relaxed);
		sign(&simple);
		add_field("From", " a@contoso.com");
		while (arena_free_bytes(&arena) > left && arena_record(&arena, 16))
			;
		check = dkim_check_begin(&options, &headers, &arena);
		if (check)
			dkim_check_abandon(check);
		CHECK_EQ(fixture_dkim_n_hashes, 0);
	}
	CHECK(check);
}

/* --- RFC 8616 --------------------------------------------------------------------------------- */

#define U_UMLAUT "\xc3\xbc"

static const struct sample unicode = {
	"v=1; a=rsa-sha256; c=relaxed/relaxed; d=m" U_UMLAUT "nchen.example; s=" U_UMLAUT
	"; h=From; i=j" U_UMLAUT "rgen@m" U_UMLAUT "nchen.example",
	"from:Alice <alice@contoso.com>\r\n",
	"Good day\r\n",
};

/* 3, 5: the key is looked up by A-labels; the hash is of the names as they stand in the field. */
TEST(rfc8616_key_by_a_labels_and_hash_by_what_stands_there)
{
	begin_message();
	options.to_ascii = idn_to_ascii;
	sign(&unicode);
	add_content();
	check_name(0, "xn--tda._domainkey.xn--mnchen-3ya.example");
	end("Good day\r\n");
	check_why(0, DKIM_WHY_VERIFIED);
	CHECK(span_eq(domain_span(&signature(0)->sig.domain), SPAN("xn--mnchen-3ya.example")));
}

/* Who writes one form signs one form: the other is another field. */
TEST(rfc8616_forms_are_not_exchanged)
{
	char value[2048], *at;

	begin_message();
	options.to_ascii = idn_to_ascii;
	fixture_dkim_sign(unicode.tags, unicode.header, unicode.body, value, sizeof(value));
	at = strstr(value, "s=" U_UMLAUT);
	memmove(at + strlen("s=xn--tda"), at + strlen("s=" U_UMLAUT),
		strlen(at + strlen("s=" U_UMLAUT)) + 1);
	memcpy(at, "s=xn--tda", strlen("s=xn--tda"));
	add_field("DKIM-Signature", value);
	add_content();
	check_name(0, "xn--tda._domainkey.xn--mnchen-3ya.example");
	end("Good day\r\n");
	check_why(0, DKIM_WHY_SIGNATURE);
}

static unsigned int n_look_ups;

static enum parse_status count_look_up(struct span text, struct domain *out)
{
	n_look_ups++;
	return idn_to_ascii(text, out);
}

/* However many signatures there are: three look-ups each, of those on top. */
TEST(rfc8616_look_ups_are_few)
{
	begin_message();
	options.to_ascii = count_look_up;
	n_look_ups = 0;
	for (int i = 0; i < 2 * DKIM_CHOICE_UNICODE_MAX; i++)
		sign(&unicode);
	add_content();
	CHECK_EQ(n_look_ups, 3 * DKIM_CHOICE_UNICODE_MAX);
	check_name(0, "xn--tda._domainkey.xn--mnchen-3ya.example");
	end("Good day\r\n");
	check_why(0, DKIM_WHY_VERIFIED);
}

HARNESS_MAIN
