// SPDX-License-Identifier: Apache-2.0
/* Responses, from RFC 1035 4 and RFC 2308, whole, cut off anywhere, and with every byte changed. */
#include "dns_message.h"

#include "harness.h"

#define NAME "s1._domainkey.contoso.com"

enum {
	NS = 2,
	CNAME = 5,
	SOA = 6,
	TXT = 16,
	IN = 1
};

enum {
	ANSWER = 6,
	AUTHORITY = 8
}; /* where the header counts them */

static char message[65536];
static size_t message_len;
static char texts[512];
static struct dns_answer answer;

static void put(const void *bytes, size_t len)
{
	memcpy(message + message_len, bytes, len);
	message_len += len;
}

static void put_u16(unsigned int value)
{
	const unsigned char bytes[] = { (unsigned char)(value >> 8), (unsigned char)value };

	put(bytes, sizeof(bytes));
}

static void put_u32(uint32_t value)
{
	put_u16(value >> 16);
	put_u16(value & 0xffff);
}

static void put_name(const char *name)
{
	while (*name) {
		size_t len = strcspn(name, ".");
		char byte = (char)len;

		put(&byte, 1);
		put(name, len);
		name += len + (name[len] == '.');
	}
	put("", 1);
}

/* The header with so many questions, and the question. */
static void begin(unsigned int flags, const char *name, unsigned int type)
{
	message_len = 0;
	put_u16(0x1234);
	put_u16(flags);
	put_u16(1);
	put_u16(0);
	put_u16(0);
	put_u16(0);
	put_name(name);
	put_u16(type);
	put_u16(IN);
}

static void count(int where)
{
	if (!++message[where + 1])
		message[where]++;
}

static void put_record_head(const char *name, unsigned int type, uint32_t ttl_s, size_t data_len)
{
	put_name(name);
	put_u16(type);
	put_u16(IN);
	put_u32(ttl_s);
	put_u16((unsigned int)data_len);
}

static void put_text(const char *name, uint32_t ttl_s, const char *string)
{
	char len = (char)strlen(string);

	put_record_head(name, TXT, ttl_s, strlen(string) + 1);
	put(&len, 1);
	put(string, strlen(string));
	count(ANSWER);
}

static void put_alias(const char *name, uint32_t ttl_s, const char *to)
{
	put_record_head(name, CNAME, ttl_s, strlen(to) + 2);
	put_name(to);
	count(ANSWER);
}

static void put_soa(uint32_t ttl_s, uint32_t minimum_s)
{
	put_record_head("contoso.com", SOA, ttl_s, 2 + 5 * sizeof(uint32_t));
	put("\0", 2);
	for (int i = 0; i < 4; i++)
		put_u32(7);
	put_u32(minimum_s);
	count(AUTHORITY);
}

static void put_ns(void)
{
	put_record_head("contoso.com", NS, 3600, 1);
	put("", 1);
	count(AUTHORITY);
}

static enum dns_status read_bytes(const char *bytes, size_t len)
{
	struct outbuf out = outbuf_over(texts, sizeof(texts));

	dns_message_read(span_of(guarded(bytes, len), len), SPAN(NAME), &out, &answer);
	return answer.status;
}

static enum dns_status read_message(void)
{
	return read_bytes(message, message_len);
}

static void check_text(size_t i, const char *wanted)
{
	if (CHECK(i < answer.n))
		CHECK_BYTES(answer.texts[i].p, answer.texts[i].len, wanted, strlen(wanted));
}

TEST(one_record)
{
	begin(0x8180, NAME, TXT);
	put_text(NAME, 300, "v=DKIM1; p=abc");
	CHECK_EQ(read_message(), DNS_FOUND);
	CHECK_EQ(answer.n, 1);
	CHECK_EQ(answer.ttl_s, 300);
	check_text(0, "v=DKIM1; p=abc");
}

TEST(strings_of_one_record_are_joined)
{
	begin(0x8180, NAME, TXT);
	put_record_head(NAME, TXT, 60, 8);
	put("\3v=D\3KIM", 8);
	count(ANSWER);
	CHECK_EQ(read_message(), DNS_FOUND);
	check_text(0, "v=DKIM");
}

TEST(records_stay_apart_and_the_least_ttl_counts)
{
	begin(0x8180, NAME, TXT);
	put_text(NAME, 300, "one");
	put_text("S1._DomainKey.contoso.COM", 7, "two");
	put_text("other.contoso.com", 1, "not ours");
	CHECK_EQ(read_message(), DNS_FOUND);
	CHECK_EQ(answer.n, 2);
	CHECK_EQ(answer.ttl_s, 7);
	check_text(0, "one");
	check_text(1, "two");
}

/* The rest of an answer whose name has been put: a TXT record of "x". */
static void put_text_of_name(void)
{
	put_u16(TXT);
	put_u16(IN);
	put_u32(300);
	put_u16(2);
	put("\1x", 2);
	count(ANSWER);
}

TEST(compressed_names)
{
	begin(0x8180, NAME, TXT);
	put_u16(0xc00c); /* the question's name */
	put_text_of_name();
	CHECK_EQ(read_message(), DNS_FOUND);
	check_text(0, "x");
}

/* A pointer to itself, and one ahead, would let a reader run for ever or read what is not there. */
TEST(pointers_that_do_not_point_back)
{
	for (unsigned int off = 0; off < 2; off++) {
		begin(0x8180, NAME, TXT);
		put_u16(0xc000 | ((unsigned int)message_len + off));
		put_text_of_name();
		CHECK_EQ(read_message(), DNS_NO_DATA); /* not our name's */
	}
}

/* A record whose name is so many pointers, each to the one before, the first to the question's. */
static void put_pointed(size_t n)
{
	size_t at;

	put_record_head("", 99, 0, 2 * (n - 1));
	count(ANSWER);
	at = message_len;
	put_u16(0xc00c);
	for (size_t i = 1; i < n; i++, at += 2)
		put_u16(0xc000 | (unsigned int)at);
	put_text_of_name();
}

/* No name has use for more, and each costs a step. */
TEST(pointers_of_a_name_are_bounded)
{
	begin(0x8180, NAME, TXT);
	put_pointed(DNS_POINTERS_MAX);
	CHECK_EQ(read_message(), DNS_FOUND);
	begin(0x8180, NAME, TXT);
	put_pointed(DNS_POINTERS_MAX + 1);
	CHECK_EQ(read_message(), DNS_NO_DATA); /* not our name's */
}

TEST(aliases_in_any_order)
{
	begin(0x8180, NAME, TXT);
	put_text("key.provider.example", 900, "found");
	put_alias("mid.provider.example", 600, "key.provider.example");
	put_alias(NAME, 30, "mid.provider.example");
	CHECK_EQ(read_message(), DNS_FOUND);
	CHECK_EQ(answer.ttl_s, 30);
	check_text(0, "found");
}

TEST(aliases_in_a_circle)
{
	begin(0x8180, NAME, TXT);
	put_alias(NAME, 30, "a.example");
	put_alias("a.example", 30, NAME);
	CHECK_EQ(read_message(), DNS_UNREADABLE);
	CHECK_EQ(answer.n, 0);
	CHECK_EQ(answer.ttl_s, 0);
}

static void put_chain(int n)
{
	char from[sizeof(NAME)] = NAME, to[] = "a.example";

	begin(0x8180, NAME, TXT);
	for (int i = 0; i < n; i++) {
		to[0] = (char)('a' + i);
		put_alias(from, 30, to);
		memcpy(from, to, sizeof(to));
	}
	put_text(from, 30, "end");
}

TEST(chains_of_aliases_are_bounded)
{
	put_chain(DNS_ALIASES_MAX);
	CHECK_EQ(read_message(), DNS_FOUND);
	put_chain(DNS_ALIASES_MAX + 1);
	CHECK_EQ(read_message(), DNS_UNREADABLE);
}

static void put_others(int n)
{
	for (int i = 0; i < n; i++)
		put_text("other.contoso.com", 300, "x");
}

/* Each alias has all names of the answer compared again. */
TEST(names_that_are_compared_are_bounded)
{
	begin(0x8180, NAME, TXT);
	put_others(DNS_NAMES_MAX - 1);
	put_text(NAME, 300, "x");
	CHECK_EQ(read_message(), DNS_FOUND);
	put_others(1);
	CHECK_EQ(read_message(), DNS_UNREADABLE);

	put_chain(DNS_ALIASES_MAX);
	put_others(DNS_NAMES_MAX / (DNS_ALIASES_MAX + 1) - (DNS_ALIASES_MAX + 1));
	CHECK_EQ(read_message(), DNS_FOUND);
	put_others(1);
	CHECK_EQ(read_message(), DNS_UNREADABLE);
}

TEST(an_alias_beside_other_records)
{
	begin(0x8180, NAME, TXT);
	put_text(NAME, 30, "text");
	put_alias(NAME, 30, "a.example");
	put_text("a.example", 30, "other");
	CHECK_EQ(read_message(), DNS_UNREADABLE);
}

TEST(no_such_name)
{
	begin(0x8183, NAME, TXT);
	put_soa(3600, 120);
	CHECK_EQ(read_message(), DNS_NO_NAME);
	CHECK_EQ(answer.ttl_s, 120);
	begin(0x8183, NAME, TXT);
	put_soa(60, 120);
	CHECK_EQ(read_message(), DNS_NO_NAME);
	CHECK_EQ(answer.ttl_s, 60);
}

TEST(no_such_record)
{
	begin(0x8180, NAME, TXT);
	put_soa(3600, 900);
	CHECK_EQ(read_message(), DNS_NO_DATA);
	CHECK_EQ(answer.ttl_s, 900);
	begin(0x8180, NAME, TXT);
	CHECK_EQ(read_message(), DNS_NO_DATA);
	CHECK_EQ(answer.ttl_s, DNS_TTL_UNSAID);
}

/* What the alias points to does not exist; the name itself does (RFC 6604 2). */
TEST(an_alias_of_nothing)
{
	begin(0x8183, NAME, TXT);
	put_alias(NAME, 30, "gone.example");
	put_soa(3600, 900);
	CHECK_EQ(read_message(), DNS_NO_NAME);
	CHECK_EQ(answer.ttl_s, 30);
}

/* RFC 2308 2.2: name servers without an SOA record refer to others, and know nothing. */
TEST(a_referral)
{
	begin(0x8180, NAME, TXT);
	put_ns();
	CHECK_EQ(read_message(), DNS_FAILED);
	CHECK_EQ(answer.ttl_s, DNS_TTL_UNSAID);

	begin(0x8180, NAME, TXT);
	put_ns();
	put_soa(3600, 900);
	CHECK_EQ(read_message(), DNS_NO_DATA);
	CHECK_EQ(answer.ttl_s, 900);

	begin(0x8183, NAME, TXT);
	put_ns();
	CHECK_EQ(read_message(), DNS_NO_NAME);

	begin(0x8180, NAME, TXT);
	put_text(NAME, 300, "text");
	put_ns();
	CHECK_EQ(read_message(), DNS_FOUND);
}

/* Nobody has said that the alias's target has no such record, or is not there. */
TEST(an_alias_that_was_not_followed)
{
	begin(0x8180, NAME, TXT);
	put_alias(NAME, 30, "key.provider.example");
	CHECK_EQ(read_message(), DNS_FAILED);

	put_ns();
	CHECK_EQ(read_message(), DNS_FAILED);

	begin(0x8180, NAME, TXT);
	put_alias(NAME, 30, "key.provider.example");
	put_soa(3600, 900);
	CHECK_EQ(read_message(), DNS_NO_DATA);
	CHECK_EQ(answer.ttl_s, 30);
}

TEST(servers_that_fail)
{
	static const unsigned int codes[] = { 1, 2, 4, 5, 9, 15 };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		begin(0x8180 | codes[i], NAME, TXT);
		put_text(NAME, 300, "not to be believed");
		CHECK_EQ(read_message(), DNS_FAILED);
		CHECK_EQ(answer.n, 0);
	}
}

TEST(records_of_a_name_that_does_not_exist)
{
	begin(0x8183, NAME, TXT);
	put_text(NAME, 300, "text");
	CHECK_EQ(read_message(), DNS_UNREADABLE);
}

static void check_unreadable(unsigned int flags, const char *name, unsigned int type)
{
	begin(flags, name, type);
	put_text(NAME, 300, "text");
	CHECK_EQ(read_message(), DNS_UNREADABLE);
}

TEST(answers_to_something_else)
{
	check_unreadable(0x0100, NAME, TXT);	 /* a query */
	check_unreadable(0x8980, NAME, TXT);	 /* a status request's */
	check_unreadable(0x8380, NAME, TXT);	 /* cut off */
	check_unreadable(0x8180, NAME "x", TXT); /* another name */
	check_unreadable(0x8180, "s1._domainkey.contoso", TXT);
	check_unreadable(0x8180, NAME, CNAME);
}

/* "s1._domainkey" as one label looks like two when written. */
TEST(a_dot_within_a_label)
{
	begin(0x8180, NAME, TXT);
	put("\15s1._domainkey\7contoso\3com", 14 + 8 + 5);
	put_text_of_name();
	CHECK_EQ(read_message(), DNS_NO_DATA);
}

TEST(more_than_our_limits)
{
	begin(0x8180, NAME, TXT);
	for (int i = 0; i < DNS_TEXTS_MAX; i++)
		put_text(NAME, 300, "x");
	CHECK_EQ(read_message(), DNS_FOUND);
	put_text(NAME, 300, "x");
	CHECK_EQ(read_message(), DNS_UNREADABLE);

	begin(0x8180, NAME, TXT);
	put_record_head(NAME, TXT, 300, 3 * 256);
	for (int i = 0; i < 3; i++) {
		char string[256] = { (char)0xff };

		put(string, sizeof(string));
	}
	count(ANSWER);
	CHECK_EQ(read_message(), DNS_UNREADABLE); /* no room */
}

TEST(a_ttl_with_the_highest_bit_is_none)
{
	begin(0x8180, NAME, TXT);
	put_text(NAME, 0x80000000, "x");
	CHECK_EQ(read_message(), DNS_FOUND);
	CHECK_EQ(answer.ttl_s, 0);
}

TEST(cut_off_anywhere)
{
	begin(0x8180, NAME, TXT);
	put_alias(NAME, 30, "a.example");
	put_text("a.example", 30, "text");
	for (size_t len = 0; len < message_len; len++) {
		harness_row("%zu bytes", len);
		CHECK_EQ(read_bytes(message, len), DNS_UNREADABLE);
	}
}

/* At worst the alias's data is taken for strings; never is a byte read beyond the end. */
TEST(any_byte_changed)
{
	char copy[512];

	begin(0x8180, NAME, TXT);
	put_alias(NAME, 30, "a.example");
	put_text("a.example", 30, "text");
	for (size_t i = 0; i < message_len; i++)
		for (int value = 0; value < 256; value++) {
			memcpy(copy, message, message_len);
			copy[i] = (char)value;
			if (read_bytes(copy, message_len) == DNS_FOUND)
				CHECK(answer.n == 1 && answer.texts[0].len <= strlen("aexample"));
		}
}

HARNESS_MAIN
