// SPDX-License-Identifier: Apache-2.0
#include "endpoints.h"
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N(table) (sizeof(table) / sizeof((table)[0]))
#define MAX	 8

#define ENTRY(fields) "[{\"id\": 10, \"serviceArea\": \"Exchange\", " fields "}]"
#define MAIL(ips)     ENTRY("\"tcpPorts\": \"25\", \"ips\": " ips)

struct result {
	int status;
	size_t n;
	struct prefix items[MAX];
	char err[ENDPOINTS_ERROR_SIZE];
};

static void parse(const char *json, size_t len, struct result *out)
{
	memset(out, 0, sizeof(*out));
	out->status = endpoints_parse(guarded(json, len), len, out->items, MAX, &out->n, out->err,
				      sizeof(out->err));
}

static void check_item(const struct prefix *item, const char *wanted)
{
	char text[PREFIX_TEXT_SIZE];

	prefix_format(item, text);
	CHECK_BYTES(text, strlen(text), wanted, strlen(wanted));
	CHECK_EQ(item->source, PREFIX_MICROSOFT);
}

TEST(accepts)
{
	static const struct {
		const char *json;
		const char *wanted[3];
	} rows[] = {
		{ MAIL("[\"40.92.0.0/15\"]"), { "40.92.0.0/15" } },
		{ MAIL("[\"40.92.0.0/15\", \"2a01:111:f400::/48\"]"),
		  { "40.92.0.0/15", "2a01:111:f400::/48" } },
		{ MAIL("[\"40.0.0.0/8\", \"2a00::/24\"]"), { "40.0.0.0/8", "2a00::/24" } },
		{ ENTRY("\"tcpPorts\": \"25, 443\", \"ips\": [\"40.92.0.0/15\"]"),
		  { "40.92.0.0/15" } },
		{ ENTRY("\"tcpPorts\": \" 443 ,25 \", \"ips\": [\"40.92.0.0/15\"]"),
		  { "40.92.0.0/15" } },
		{ ENTRY("\"tcpPorts\": \"443,25\", \"ips\": [\"40.92.0.0/15\"], \"notes\": null"),
		  { "40.92.0.0/15" } },
		/* Two entries count, one without addresses, one for another service and port. */
		{ "[{\"id\": 1, \"serviceArea\": \"Exchange\", \"tcpPorts\": \"25\"},"
		  " {\"id\": 2, \"serviceArea\": \"Skype\", \"tcpPorts\": \"25\","
		  " \"ips\": [\"1.0.0.0/8\"]},"
		  " {\"id\": 3, \"serviceArea\": \"Exchange\", \"tcpPorts\": \"443,2525\","
		  " \"ips\": [\"2.0.0.0/8\"]},"
		  " {\"id\": 4, \"serviceArea\": \"Exchange\", \"ips\": [\"3.0.0.0/8\"]},"
		  " {\"id\": 5, \"serviceArea\": \"Exchange\", \"tcpPorts\": \"25\","
		  " \"ips\": [\"4.0.0.0/16\"]},"
		  " {\"id\": 6, \"serviceArea\": \"Exchange\", \"tcpPorts\": \"25\","
		  " \"ips\": [\"5.0.0.0/16\", \"6.0.0.0/16\"]}]",
		  { "4.0.0.0/16", "5.0.0.0/16", "6.0.0.0/16" } },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct result got;

		harness_row("row %zu", i);
		parse(rows[i].json, strlen(rows[i].json), &got);
		if (!CHECK_EQ(got.status, 0))
			harness_fail(__FILE__, __LINE__, "%s", got.err);
		for (size_t k = 0; k < 3 && rows[i].wanted[k]; k++) {
			if (CHECK(k < got.n))
				check_item(&got.items[k], rows[i].wanted[k]);
		}
		CHECK(got.n == 3 || !rows[i].wanted[got.n]);
	}
}

/* Each error names what is wrong and where. */
TEST(refuses)
{
	static const struct {
		const char *json;
		const char *says[2];
	} rows[] = {
		{ "", { "line 1:" } },
		{ "[\n\n{\"id\": 10,,}]", { "line 3:" } },
		{ MAIL("[\"40.92.0.0/15\"]") " x", { "line 1:", "end of file" } },
		{ "[{\"id\": 1,\n \"id\": 2}]", { "line 2:", "duplicate" } },
		{ "[\"\\u0000\"]", { "line 1:" } },
		{ "{}", { "no array" } },
		{ "{\"value\": []}", { "no array" } },
		{ "[]", { "no entry with serviceArea" } },
		{ "[1]", { "member 1", "no entry" } },
		{ "[{\"serviceArea\": 1}]", { "member 1", "serviceArea" } },
		{ "[{\"serviceArea\": \"Exchange\", \"tcpPorts\": 25}]",
		  { "member 1", "tcpPorts" } },
		{ "[{\"serviceArea\": \"Exchange\", \"tcpPorts\": \"25\"}]", { "\"id\"" } },
		{ "[{\"id\": 10, \"serviceArea\": \"exchange\", \"tcpPorts\": \"25\"}]",
		  { "no entry with serviceArea" } },
		{ ENTRY("\"tcpPorts\": \"250\", \"ips\": [\"40.92.0.0/15\"]"),
		  { "no entry with serviceArea" } },
		{ ENTRY("\"tcpPorts\": \"\", \"ips\": [\"40.92.0.0/15\"]"),
		  { "no entry with serviceArea" } },
		{ ENTRY("\"tcpPorts\": \"25\""), { "no addresses" } },
		{ MAIL("[]"), { "no addresses" } },
		{ MAIL("\"40.92.0.0/15\""), { "id 10", "no array" } },
		{ MAIL("[1]"), { "id 10", "no string" } },
		{ MAIL("[\"40.92.0.0/33\"]"), { "id 10: \"40.92.0.0/33\"", "length" } },
		{ MAIL("[\"40.93.0.0/15\"]"), { "id 10: \"40.93.0.0/15\"", "beyond the length" } },
		{ MAIL("[\"nonsense\"]"), { "id 10: \"nonsense\"", "address" } },
		{ MAIL("[\"\\u001b[2J\\n\"]"), { "id 10: \"?[2J?\"" } },
		{ MAIL("[\"0.0.0.0/0\"]"), { "id 10", "reaches into" } },
		{ MAIL("[\"::/0\"]"), { "id 10", "reaches into" } },
		{ MAIL("[\"2000::/2\"]"), { "id 10", "beyond the length" } },
		{ MAIL("[\"8.0.0.0/5\"]"), { "id 10", "reaches into 10.0.0.0/8" } },
		{ MAIL("[\"10.1.0.0/16\"]"), { "id 10", "reaches into 10.0.0.0/8" } },
		{ MAIL("[\"127.0.0.1/32\"]"), { "id 10", "reaches into 127.0.0.0/8" } },
		{ MAIL("[\"172.16.0.0/12\"]"), { "id 10", "reaches into 172.16.0.0/12" } },
		{ MAIL("[\"192.168.0.0/24\"]"), { "id 10", "reaches into 192.168.0.0/16" } },
		{ MAIL("[\"169.254.0.0/16\"]"), { "id 10", "reaches into" } },
		{ MAIL("[\"100.64.0.0/10\"]"), { "id 10", "reaches into" } },
		{ MAIL("[\"224.0.0.0/4\"]"), { "id 10", "reaches into" } },
		{ MAIL("[\"::1/128\"]"), { "id 10", "reaches into" } },
		{ MAIL("[\"::ffff:10.0.0.0/104\"]"), { "id 10", "reaches into 10.0.0.0/8" } },
		{ MAIL("[\"fd00::/8\"]"), { "id 10", "reaches into" } },
		{ MAIL("[\"fe80::/10\"]"), { "id 10", "reaches into" } },
		{ MAIL("[\"ff00::/8\"]"), { "id 10", "reaches into" } },
		{ MAIL("[\"40.0.0.0/7\"]"), { "id 10: \"40.0.0.0/7\" is shorter than /8" } },
		{ MAIL("[\"2a00::/23\"]"), { "id 10: \"2a00::/23\" is shorter than /24" } },
		{ MAIL("[\"40.0.0.0/32\", \"40.0.0.1/32\", \"40.0.0.2/32\", \"40.0.0.3/32\","
		       "\"40.0.0.4/32\", \"40.0.0.5/32\", \"40.0.0.6/32\", \"40.0.0.7/32\","
		       "\"40.0.0.8/32\"]"),
		  { "id 10", "more than 8 prefixes" } },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct result got;

		harness_row("%s", rows[i].json);
		parse(rows[i].json, strlen(rows[i].json), &got);
		CHECK_EQ(got.status, -1);
		CHECK(!strchr(got.err, '\n'));
		for (size_t k = 0; k < 2 && rows[i].says[k]; k++) {
			if (!CHECK(strstr(got.err, rows[i].says[k])))
				harness_fail(__FILE__, __LINE__, "'%s' is not in '%s'",
					     rows[i].says[k], got.err);
		}
	}
}

/* Each prefix may be Microsoft's, but not all of them together: n that follow one another. */
TEST(bounds_what_all_cover)
{
	static const struct {
		const char *format; /* of a prefix, by its number from 1 on */
		unsigned n;
		const char *says; /* NULL: it is accepted */
	} rows[] = {
		{ "%u.0.0.0/8", 2, NULL },	  { "%u.0.0.0/8", 3, "1.2 % of IPv4" },
		{ "1.%u.0.0/16", 255, NULL },	  { "2a00:%x00::/24", 16, NULL },
		{ "2a00:%x00::/24", 17, "IPv6" }, { "2a00:1:%x::/48", 2000, NULL },
	};
	static char json[64 * ENDPOINTS_PREFIXES_MAX], err[ENDPOINTS_ERROR_SIZE];
	static struct prefix items[ENDPOINTS_PREFIXES_MAX];

	for (size_t i = 0; i < N(rows); i++) {
		int len = snprintf(json, sizeof(json), "%s",
				   "[{\"id\": 10, \"serviceArea\": \"Exchange\", \"tcpPorts\": "
				   "\"25\", \"ips\": [");
		size_t n;

		for (unsigned k = 1; k <= rows[i].n; k++) {
			len += snprintf(json + len, sizeof(json) - (size_t)len, "%s\"",
					k > 1 ? "," : "");
			len += snprintf(json + len, sizeof(json) - (size_t)len, rows[i].format, k);
			len += snprintf(json + len, sizeof(json) - (size_t)len, "\"");
		}
		len += snprintf(json + len, sizeof(json) - (size_t)len, "]}]");
		harness_row("%u of %s", rows[i].n, rows[i].format);
		CHECK_EQ(endpoints_parse(json, (size_t)len, items, N(items), &n, err, sizeof(err)),
			 rows[i].says ? -1 : 0);
		CHECK(!rows[i].says || strstr(err, rows[i].says));
	}
}

/* A download that broke off anywhere is no list. */
TEST(refuses_every_truncation)
{
	static const char json[] = MAIL("[\"40.92.0.0/15\", \"40.107.0.0/16\"]");

	for (size_t len = 0; len < sizeof(json) - 1; len++) {
		struct result got;

		harness_row("%zu bytes", len);
		parse(json, len, &got);
		CHECK_EQ(got.status, -1);
	}
}

TEST(refuses_too_many_bytes)
{
	static char blanks[ENDPOINTS_BYTES_MAX + 1];
	struct result got;

	memset(blanks, ' ', sizeof(blanks));
	parse(blanks, sizeof(blanks), &got);
	CHECK_EQ(got.status, -1);
	CHECK(strstr(got.err, "more than 4194304 bytes"));
}

/* Many levels must not become many stack frames. */
TEST(refuses_deep_nesting)
{
	char deep[100000];
	struct result got;

	memset(deep, '[', sizeof(deep));
	parse(deep, sizeof(deep), &got);
	CHECK_EQ(got.status, -1);
	CHECK(strstr(got.err, "line 1:"));
}

TEST(errors_fit_a_small_buffer)
{
	struct prefix items[MAX];
	char err[8];
	size_t n;

	CHECK_EQ(endpoints_parse("{}", 2, items, MAX, &n, err, sizeof(err)), -1);
	CHECK_EQ(strlen(err), sizeof(err) - 1);
}

static int read_text(const char *text, struct result *out)
{
	char path[] = "/tmp/exogate-endpoints.XXXXXX";
	int fd = mkstemp(path);

	memset(out, 0, sizeof(*out));
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		harness_fail(__FILE__, __LINE__, "cannot write %s", path);
	out->status = endpoints_read(path, out->items, MAX, &out->n, out->err, sizeof(out->err));
	CHECK(out->status == 0 || strncmp(out->err, path, strlen(path)) == 0);
	close(fd);
	return unlink(path);
}

TEST(reads_a_file)
{
	struct result got;

	CHECK_EQ(read_text(MAIL("[\"40.92.0.0/15\"]"), &got), 0);
	CHECK_EQ(got.status, 0);
	CHECK_EQ(got.n, 1);
	check_item(&got.items[0], "40.92.0.0/15");
	CHECK_EQ(read_text("[", &got), 0);
	CHECK_EQ(got.status, -1);
}

TEST(names_a_file_that_cannot_be_read)
{
	static const char *const paths[] = { "/nonexistent/list.json", "/tmp" };

	for (size_t i = 0; i < N(paths); i++) {
		struct prefix items[MAX];
		char err[ENDPOINTS_ERROR_SIZE] = "";
		size_t n;

		harness_row("%s", paths[i]);
		CHECK_EQ(endpoints_read(paths[i], items, MAX, &n, err, sizeof(err)), -1);
		CHECK(strstr(err, paths[i]));
	}
}

/* The stored copy of the worldwide list gives the six prefixes of its entry for SMTP. */
TEST(reads_the_worldwide_list)
{
	static const char *const wanted[] = { "40.92.0.0/15",	    "40.107.0.0/16",
					      "52.100.0.0/14",	    "104.47.0.0/17",
					      "2a01:111:f400::/48", "2a01:111:f403::/48" };
	struct prefix items[ENDPOINTS_PREFIXES_MAX];
	char err[ENDPOINTS_ERROR_SIZE] = "";
	size_t n;

	if (!CHECK_EQ(endpoints_read("tests/data/endpoints-worldwide.json", items, N(items), &n,
				     err, sizeof(err)),
		      0))
		harness_fail(__FILE__, __LINE__, "%s", err);
	CHECK_EQ(n, N(wanted));
	for (size_t i = 0; i < n && i < N(wanted); i++)
		check_item(&items[i], wanted[i]);
}

HARNESS_MAIN
