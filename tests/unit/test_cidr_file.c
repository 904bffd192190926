// SPDX-License-Identifier: Apache-2.0
#include "cidr_file.h"
#include "harness.h"

#include <stdio.h>
#include <string.h>

#define N(table) (sizeof(table) / sizeof((table)[0]))

static int parse(const char *text, struct list *list, char err[CIDR_FILE_ERROR_SIZE])
{
	size_t len = strlen(text);

	return cidr_file_parse(guarded(text, len), len, list, err);
}

TEST(accepted)
{
	static const struct {
		const char *text;
		size_t n;
	} rows[] = {
		{ "", 0 },
		{ "\n\n", 0 },
		{ "# nothing", 0 },
		{ "192.0.2.0/24", 1 },
		{ "192.0.2.0/24\n", 1 },
		{ "  192.0.2.0/24\t# our own\r\n2001:db8::/32\n\n#\n198.51.100.7", 3 },
	};

	for (size_t i = 0; i < N(rows); i++) {
		char err[CIDR_FILE_ERROR_SIZE] = "";
		struct list list = { 0 };

		harness_row("row %zu", i);
		CHECK_EQ(parse(rows[i].text, &list, err), 0);
		CHECK_EQ(list.n, rows[i].n);
		for (size_t j = 0; j < list.n; j++)
			CHECK_EQ(list.items[j].source, PREFIX_OPERATOR);
		list_free(&list);
	}
}

TEST(refused)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "192.0.2.0/24\nexample.net\n",
		  "line 2: \"example.net\": not an IPv4 or IPv6 address" },
		{ "192.0.2.1/24", "line 1: \"192.0.2.1/24\": bits are set beyond the length" },
		{ "0.0.0.0/0", "line 1: \"0.0.0.0/0\": shorter than /8 (IPv4) or /16 (IPv6)" },
		{ "\n\n2000::/3", "line 3: \"2000::/3\": shorter than" },
		{ "192.0.2.0/24 198.51.100.0/24", "line 1: \"192.0.2.0/24 198.51.100.0/24\": " },
		{ "\x1b[2J", "line 1: \"?[2J\": " },
	};

	for (size_t i = 0; i < N(rows); i++) {
		char err[CIDR_FILE_ERROR_SIZE] = "";
		struct list list = { 0 };

		harness_row("row %zu", i);
		CHECK_EQ(parse(rows[i].text, &list, err), -1);
		if (strncmp(err, rows[i].says, strlen(rows[i].says)) != 0)
			CHECK_BYTES(err, strlen(err), rows[i].says, strlen(rows[i].says));
		list_free(&list);
	}
}

/* A line of any length is quoted short, and a NUL ends nothing. */
TEST(hostile_bytes)
{
	char text[2000], err[CIDR_FILE_ERROR_SIZE] = "";
	struct list list = { 0 };

	memset(text, 'x', sizeof(text));
	CHECK_EQ(cidr_file_parse(guarded(text, sizeof(text)), sizeof(text), &list, err), -1);
	CHECK(strlen(err) < 120);
	CHECK_EQ(cidr_file_parse(guarded("192.0.2.1\0", 10), 10, &list, err), -1);
	CHECK_EQ(list.n, 0);
}

TEST(file_that_is_missing)
{
	static const char says[] = "cannot read /nonexistent/list: No such file or directory";
	char err[CIDR_FILE_ERROR_SIZE] = "";
	struct list list = { 0 };

	CHECK_EQ(cidr_file_read("/nonexistent/list", &list, err), -1);
	CHECK_BYTES(err, strlen(err), says, strlen(says));
}

HARNESS_MAIN
