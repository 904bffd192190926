/* SPDX-License-Identifier: Apache-2.0 */
/*
 * harness - C unit tests that pytest collects one by one.
 *
 * A test program is a set of TEST()s and one HARNESS_MAIN.  `prog --list` prints their names, a
 * line each; `prog NAME` runs one and exits 0, or 1 after a line `file:line: what` for each check
 * that failed.  pytest is the only runner (tests/test_unit.py).
 */
#ifndef EXOGATE_HARNESS_H
#define EXOGATE_HARNESS_H

#include <stdbool.h>
#include <stddef.h>

struct harness_test {
	const char *name;
	void (*run)(void);
	struct harness_test *next;
};

void harness_register(struct harness_test *test);
int harness_main(int argc, char **argv);

/* Fails the running test, and lets it go on. */
void harness_fail(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

bool harness_check_int(const char *file, int line, const char *what, long long got,
		       long long wanted);
bool harness_check_bytes(const char *file, int line, const char *what, const void *got,
			 size_t got_len, const void *wanted, size_t wanted_len);

/*
 * A copy of the bytes whose end lies flush against an unreadable page, so that reading one byte
 * too many is fatal.  It lives until the test ends.
 */
char *guarded(const void *bytes, size_t len);

#define TEST(test_name)                                                                   \
	static void test_name(void);                                                      \
	static struct harness_test harness_##test_name = { #test_name, test_name, NULL }; \
	__attribute__((constructor)) static void register_##test_name(void)               \
	{                                                                                 \
		harness_register(&harness_##test_name);                                   \
	}                                                                                 \
	static void test_name(void)

#define CHECK(condition) \
	((condition) ? true : (harness_fail(__FILE__, __LINE__, "%s", #condition), false))
#define CHECK_EQ(got, wanted) \
	harness_check_int(__FILE__, __LINE__, #got, (long long)(got), (long long)(wanted))
#define CHECK_BYTES(got, got_len, wanted, wanted_len) \
	harness_check_bytes(__FILE__, __LINE__, #got, got, got_len, wanted, wanted_len)

/* Names the row of a table that the checks which follow belong to; it leads their lines. */
void harness_row(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define HARNESS_MAIN                             \
	int main(int argc, char **argv)          \
	{                                        \
		return harness_main(argc, argv); \
	}

#endif
