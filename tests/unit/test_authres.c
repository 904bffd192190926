// SPDX-License-Identifier: Apache-2.0
#include "authres.h"

#include <stdio.h>

#include "harness.h"

#define HOSTILE_BYTES 60000

static struct span flush(struct span s)
{
	return span_of(guarded(s.p, s.len), s.len);
}

/* Appends to a line that the caller compares; all of the tables' lines are short. */
static void put(char line[static 512], struct span s)
{
	size_t len = strlen(line);

	snprintf(line + len, 512 - len, "%.*s", (int)s.len, s.p);
}

/* "id/1: dkim/1=pass reason [header.d=x ...]; ...", or "bad". */
static void describe(struct span value, char line[static 512])
{
	struct authres_property prop;
	struct authres_result result;
	struct authres authres;
	char number[16];

	line[0] = '\0';
	if (authres_parse(flush(value), &authres) != PARSE_OK) {
		put(line, SPAN("bad"));
		return;
	}
	put(line, authres.authserv_id);
	snprintf(number, sizeof(number), "/%u:", authres.version);
	put(line, span_of_string(number));
	while (authres_next_result(&authres, &result)) {
		put(line, SPAN(" "));
		put(line, result.method);
		snprintf(number, sizeof(number), "/%u=", result.method_version);
		put(line, span_of_string(number));
		put(line, result.result);
		put(line, result.reason.len ? SPAN(" because ") : SPAN(""));
		put(line, result.reason);
		while (authres_next_property(&authres, &prop)) {
			put(line, SPAN(" "));
			put(line, prop.ptype);
			put(line, SPAN("."));
			put(line, prop.property);
			put(line, SPAN("="));
			put(line, prop.value);
		}
		put(line, SPAN(";"));
	}
}

static const struct {
	struct span value;
	const char *wanted;
} fields[] = {
	{ SPAN("mx.example;none"), "mx.example/1:" },
	{ SPAN(" mx.example 1; NONE (nothing)"), "mx.example/1:" },
	{ SPAN("(a) mx.example (b) 2 (c); none"), "mx.example/2:" },
	{ SPAN("\"mx.example\"; none"), "mx.example/1:" },
	{ SPAN("mx.example; dkim=pass"), "mx.example/1: dkim/1=pass;" },
	{ SPAN("mx.example; none=pass"), "mx.example/1: none/1=pass;" },
	{ SPAN("mx.example; dkim / 2 = pass"), "mx.example/1: dkim/2=pass;" },
	{ SPAN("mx.example;\n\tdkim=pass header.d=a.example header.i=@a.example;\n\tspf=none"),
	  "mx.example/1: dkim/1=pass header.d=a.example header.i=@a.example; spf/1=none;" },
	{ SPAN("mx.example; dkim=fail reason=\"bad\n key\" header.d=\"a.example\""),
	  "mx.example/1: dkim/1=fail because bad\n key header.d=a.example;" },
	{ SPAN("mx.example; dkim=fail REASON=x"), "mx.example/1: dkim/1=fail because x;" },
	{ SPAN("mx.example; dkim=fail reason.x=y"), "mx.example/1: dkim/1=fail reason.x=y;" },
	{ SPAN("mx.example; spf=pass smtp.mailfrom=a+b=c@d.example"),
	  "mx.example/1: spf/1=pass smtp.mailfrom=a+b=c@d.example;" },
	{ SPAN("mx.example; spf=pass smtp.mailfrom=\"a b\"@d.example"),
	  "mx.example/1: spf/1=pass smtp.mailfrom=\"a b\"@d.example;" },
	{ SPAN("mx.example; spf=pass(x)smtp(y).(z)mailfrom(1)=(2)d.example(3)"),
	  "mx.example/1: spf/1=pass smtp.mailfrom=d.example;" },
	{ SPAN("mx.example; dkim=pass header.i=\xc3\xa9@\xc3\xa9.example"),
	  "mx.example/1: dkim/1=pass header.i=\xc3\xa9@\xc3\xa9.example;" },
	{ SPAN("mx.example; dkim=none (dkim=pass header.d=a.example)"),
	  "mx.example/1: dkim/1=none;" },
	{ SPAN("mx.example; dkim=none reason=\"; dkim=pass\""),
	  "mx.example/1: dkim/1=none because ; dkim=pass;" },
	/* Not fully understood, so worth nothing */
	{ SPAN(""), "bad" },
	{ SPAN(";none"), "bad" },
	{ SPAN("mx.example"), "bad" },
	{ SPAN("mx.example;"), "bad" },
	{ SPAN("mx.example; none;"), "bad" },
	{ SPAN("mx.example; none dkim=pass"), "bad" },
	{ SPAN("mx.example; none; dkim=pass"), "bad" },
	{ SPAN("mx.example; dkim=pass; none"), "bad" },
	{ SPAN("mx.example; dkim=pass;"), "bad" },
	{ SPAN("mx.example, other.example; dkim=pass"), "bad" },
	{ SPAN("mx.example other.example; dkim=pass"), "bad" },
	{ SPAN("mx.example 1x; dkim=pass"), "bad" },
	{ SPAN("mx.example 1234567890; dkim=pass"), "bad" },
	{ SPAN("mx.example; dkim/=pass"), "bad" },
	{ SPAN("mx.example; dkim/1.0=pass"), "bad" },
	{ SPAN("mx.example; dkim-=pass"), "bad" },
	{ SPAN("mx.example; dkim=_pass"), "bad" },
	{ SPAN("mx.example; dkim=pass action=none"), "bad" },
	{ SPAN("mx.example; dkim=pass header.b=a/b"), "bad" },
	{ SPAN("mx.example; dkim=pass header.d=\"a\"header.i=b"), "bad" },
	{ SPAN("mx.example; dkim=pass header.d=a reason=b"), "bad" },
	{ SPAN("mx.example; dkim=pass header.i=@-a.example"), "bad" },
	{ SPAN("mx.example; dkim=pass header.i=@a..example"), "bad" },
	{ SPAN("mx.example; dkim=pass header.d="), "bad" },
	{ SPAN("mx.example; dkim=pass (x"), "bad" },
	{ SPAN("mx.example; dkim=pass reason=\"x"), "bad" },
	{ SPAN("mx.example;\ndkim=pass"), "bad" },
	{ SPAN("mx.example; dkim=pass\r"), "bad" },
	{ SPAN("mx.example\0; dkim=pass"), "bad" },
	{ SPAN("mx.example; dkim=pass\0"), "bad" },
	{ SPAN("spf=pass smtp.mailfrom=a.example; dkim=pass"), "bad" },
};

TEST(field_says_all_or_nothing)
{
	char line[512];

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		harness_row("%s", fields[i].value.p);
		describe(fields[i].value, line);
		CHECK_BYTES(line, strlen(line), fields[i].wanted, strlen(fields[i].wanted));
	}
}

TEST(every_prefix_of_a_field_is_survived)
{
	char line[512];

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		for (size_t len = 0; len < fields[i].value.len; len++) {
			struct span prefix = span_of(fields[i].value.p, len);

			describe(prefix, line);
			authres_claims(flush(prefix), SPAN("mx.example"));
		}
	}
}

TEST(properties_may_be_left_unread)
{
	struct authres authres;
	struct authres_result result;
	struct authres_property prop = { .ptype = SPAN("untouched") };

	CHECK_EQ(authres_parse(SPAN("mx; a=b c.d=e f.g=h; i=j"), &authres), PARSE_OK);
	CHECK(!authres_next_property(&authres, &prop));
	CHECK(span_eq(prop.ptype, SPAN("untouched")));
	CHECK(authres_next_result(&authres, &result));
	CHECK(authres_next_property(&authres, &prop));
	CHECK(authres_next_result(&authres, &result));
	CHECK(span_eq(result.method, SPAN("i")));
	CHECK(!authres_next_property(&authres, &prop));
	CHECK(!authres_next_result(&authres, &result));
	CHECK(!authres_next_result(&authres, &result));
}

TEST(bad_field_writes_nothing)
{
	struct authres authres = { .authserv_id = SPAN("untouched") };

	CHECK_EQ(authres_parse(SPAN("mx.example; dkim=pass;"), &authres), PARSE_BAD);
	CHECK(span_eq(authres.authserv_id, SPAN("untouched")));
}

static const struct {
	struct span value;
	bool claims; /* to be mx.example.net */
} origins[] = {
	{ SPAN("mx.example.net; dkim=pass"), true },
	{ SPAN("MX.Example.NET;dkim=pass"), true },
	{ SPAN("mx.example.net"), true },
	{ SPAN("mx.example.net.; dkim=pass"), true },
	{ SPAN("mx.example.net 1; dkim=pass"), true },
	{ SPAN("\n\t\n mx.example.net; dkim=pass"), true },
	{ SPAN("(a (b) \\) c) mx.example.net (d); dkim=pass"), true },
	{ SPAN("\"mx.example.net\"; dkim=pass"), true },
	{ SPAN("mx.example.net;;;"), true },
	{ SPAN("mx.example.net=; dkim=pass"), true },
	{ SPAN("mx.example.net\0; dkim=pass"), true },
	{ SPAN("mx.example.net, other.example; dkim=pass"), true },
	/* Nobody can tell */
	{ SPAN(";"), true },
	{ SPAN(" (c) ; dkim=pass"), true },
	{ SPAN("; mx.example.net; dkim=pass"), true },
	{ SPAN("\"\"; dkim=pass"), true },
	{ SPAN("\"mx.exam\\ple.net\"; dkim=pass"), true },
	{ SPAN("\" mx.example.net\"; dkim=pass"), true },
	{ SPAN("mx(c).example.net; dkim=pass"), true },
	{ SPAN("mx.\n example.net; dkim=pass"), true },
	{ SPAN("mx.\"example\".net; dkim=pass"), true },
	{ SPAN("<mx.example.net>; dkim=pass"), true },
	{ SPAN("other.example mx.example.net; dkim=pass"), true },
	{ SPAN("other.example 1 mx.example.net; dkim=pass"), true },
	{ SPAN("other.example\0; dkim=pass"), true },
	{ SPAN("other.example/mx.example.net; dkim=pass"), true },
	{ SPAN("\xef\xbd\x8dx.example.net; dkim=pass"), true }, /* full-width m */
	{ SPAN("(mx.example.net; dkim=pass"), true },
	{ SPAN("other.example (; dkim=pass"), true },
	{ SPAN("other.example:25 ) (; dkim=pass"), true },
	{ SPAN("other.example:25; dkim=pass reason=\"x\""), true },
	{ SPAN("other.example:25; dkim=pass (mx.example.net)"), true },
	{ SPAN("o@other.example; m(a)x.\n\texam (b(c)) ple.net"), true },
	{ SPAN("b\xc3\xbcro.example; dkim=pass"), true },
	{ SPAN("other.example \n; dkim=pass"), true },
	{ SPAN("spf=pass smtp.helo=a; MX.example.net; dkim=pass"), true },
	/* Another's */
	{ SPAN("other.example; dkim=pass"), false },
	{ SPAN("other.example"), false },
	{ SPAN("other.example 1 (x); dkim=pass"), false },
	{ SPAN("\"other.example\"; dkim=pass"), false },
	{ SPAN("sub.mx.example.net; dkim=pass"), false },
	{ SPAN("mx.example.network; dkim=pass"), false },
	{ SPAN("other.example; dkim=pass (mx.example.net)"), false },
	{ SPAN("other.example; dkim=pass reason=\"mx.example.net; dkim=pass\""), false },
	{ SPAN("other.example (mx.example.net); dkim=pass"), false },
	{ SPAN("xn--mx-example; dkim=pass"), false },
	/* Nobody's */
	{ SPAN(""), false },
	{ SPAN("  "), false },
	{ SPAN("mta.mail.example  from=author.example; domainkeys=neutral (no sig)"), false },
	{ SPAN("smtp1.other.example smtp.user=a; auth=pass"), false },
	{ SPAN("[192.0.2.1]; dkim=pass"), false },
	{ SPAN("other.example:25; dkim=pass"), false },
	{ SPAN("mail.other.example/qmail; dkim=pass"), false },
	{ SPAN("spf=pass (sender IP is 192.0.2.1)\n smtp.mailfrom=a.example; dkim=none"), false },
	{ SPAN("dkim = none (x) header.d=none;dmarc=none"), false },
};

TEST(value_is_ours_unless_it_clearly_names_another)
{
	for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		struct span value = flush(origins[i].value);

		harness_row("%s", origins[i].value.p);
		CHECK_EQ(authres_claims(value, SPAN("mx.example.net")), origins[i].claims);
		CHECK_EQ(authres_claims(value, SPAN("Mx.example.net.")), origins[i].claims);
	}
}

static const struct {
	struct span start;
	struct span unit;
	bool ok;
} hostile[] = {
	{ SPAN(""), SPAN("("), false },
	{ SPAN(""), SPAN("()"), false },
	{ SPAN(""), SPAN("\""), false },
	{ SPAN(""), SPAN("a"), false },
	{ SPAN(""), SPAN(";"), false },
	{ SPAN("a 1"), SPAN("1"), false },
	{ SPAN("mx"), SPAN("; a=b"), true },
	{ SPAN("mx;a=b"), SPAN(" c.d=e"), true },
	{ SPAN("mx;a=b"), SPAN(" c.d=@e"), true },
	{ SPAN("mx;a=b"), SPAN("()"), true },
	{ SPAN("mx;a=b"), SPAN("( "), false },
	{ SPAN("mx;a=b"), SPAN(" reason=c"), false },
	{ SPAN("mx;a=b c.d="), SPAN("a."), true },
	{ SPAN("mx;a=b c.d=@"), SPAN("a."), false },
	{ SPAN("mx;a=b c.d=\""), SPAN("\\\""), false },
	{ SPAN("mx;"), SPAN("a/"), false },
	{ SPAN("mx;a="), SPAN("b-"), false },
	{ SPAN("spf=pass "), SPAN("mx.example.ne"), false },
	{ SPAN("mx;a=b "), SPAN("\0"), false },
};

TEST(hostile_sizes_are_survived)
{
	static char text[HOSTILE_BYTES];

	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		size_t at = hostile[i].start.len, unit = hostile[i].unit.len;
		char line[512];

		memcpy(text, hostile[i].start.p, at);
		for (; at + unit <= sizeof(text); at += unit)
			memcpy(text + at, hostile[i].unit.p, unit);
		harness_row("row %zu", i);
		describe(span_of(text, at), line);
		CHECK_EQ(strcmp(line, "bad") != 0, hostile[i].ok);
		authres_claims(flush(span_of(text, at)), SPAN("mx.example.net"));
	}
}

HARNESS_MAIN
