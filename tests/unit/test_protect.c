// SPDX-License-Identifier: Apache-2.0
#include "harness.h"
#include "protect.h"

#include <string.h>

#define N(table) (sizeof(table) / sizeof((table)[0]))

TEST(accepted)
{
	static const struct {
		const char *text, *canonical;
		unsigned family, port;
	} rows[] = {
		{ "25", "any:25", 0, 25 },
		{ "any:25", "any:25", 0, 25 },
		{ "any:65535", "any:65535", 0, 65535 },
		{ "192.0.2.25:25", "192.0.2.25:25", 4, 25 },
		{ "[2001:DB8::25]:2525", "[2001:db8::25]:2525", 6, 2525 },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct exogate_config config = { 0 };
		char text[PROTECT_TEXT_SIZE];

		harness_row("%s", rows[i].text);
		CHECK(!protect_add(&config, rows[i].text));
		if (!CHECK_EQ(config.protected_n, 1))
			continue;
		CHECK_EQ(config.protected[0].family, rows[i].family);
		CHECK_EQ(config.protected[0].port, rows[i].port);
		protect_format(&config.protected[0], text);
		CHECK_BYTES(text, strlen(text), rows[i].canonical, strlen(rows[i].canonical));
	}
}

TEST(refused)
{
	static const char *const rows[] = {
		"0.0.0.0:25",
		"[::]:25",
		"[::ffff:192.0.2.25]:25",
		"224.0.0.1:25",
		"[ff02::1]:25",
		"",
		"0",
		"65536",
		"025",
		"-1",
		"25x",
		"any:",
		"any:0",
		"any",
		":25",
		"192.0.2.25",
		"192.0.2.256:25",
		"192.0.2.0/24:25",
		"2001:db8::25:25",
		"[2001:db8::25]",
		"[192.0.2.1]:25",
		"[]:25",
		"[any]:25",
		"example.net:25",
		"[2001:db8::25]25",
		"99999999999999999999:25",
		"[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]:25",
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct exogate_config config = { 0 };

		harness_row("%s", rows[i]);
		CHECK(protect_add(&config, rows[i]) != NULL);
		CHECK_EQ(config.protected_n, 0);
	}
}

TEST(no_more_than_fit)
{
	struct exogate_config config = { 0 };
	char text[] = "any:20";

	for (unsigned i = 0; i < EXOGATE_PROTECTED_MAX; i++, text[5]++)
		CHECK(!protect_add(&config, text));
	CHECK(protect_add(&config, "any:25") != NULL); /* named already */
	CHECK(protect_add(&config, "any:99") != NULL);
	CHECK_EQ(config.protected_n, EXOGATE_PROTECTED_MAX);
}

HARNESS_MAIN
