// SPDX-License-Identifier: Apache-2.0
#include "harness.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define GUARDED_MAX 65536

struct mapping {
	void *base;
	size_t size;
};

static struct harness_test *tests;
static struct mapping mappings[GUARDED_MAX];
static size_t n_mappings;
static unsigned int n_failed;
static char row[256];

void harness_register(struct harness_test *test)
{
	struct harness_test **end = &tests;

	while (*end)
		end = &(*end)->next;
	*end = test;
}

void harness_row(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(row, sizeof(row), format, args);
	va_end(args);
}

void harness_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	n_failed++;
	printf("%s:%d: %s%s", file, line, row, row[0] ? ": " : "");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

bool harness_check_int(const char *file, int line, const char *what, long long got,
		       long long wanted)
{
	if (got == wanted)
		return true;
	harness_fail(file, line, "%s is %lld, not %lld", what, got, wanted);
	return false;
}

static void print_bytes(const char *label, const unsigned char *p, size_t len)
{
	printf("  %s (%zu): ", label, len);
	for (size_t i = 0; i < len; i++) {
		if (p[i] >= ' ' && p[i] < 0x7f)
			putchar(p[i]);
		else
			printf("\\x%02x", p[i]);
	}
	putchar('\n');
}

bool harness_check_bytes(const char *file, int line, const char *what, const void *got,
			 size_t got_len, const void *wanted, size_t wanted_len)
{
	if (got_len == wanted_len && (!got_len || !memcmp(got, wanted, got_len)))
		return true;
	harness_fail(file, line, "%s differs", what);
	print_bytes("got", got, got_len);
	print_bytes("wanted", wanted, wanted_len);
	return false;
}

char *guarded(const void *bytes, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = (len + page - 1) / page * page;
	char *base, *copy;

	if (n_mappings == GUARDED_MAX) {
		fputs("harness: too many guarded copies in one test\n", stderr);
		abort();
	}
	base = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (base == MAP_FAILED || mprotect(base + room, page, PROT_NONE)) {
		perror("harness: guard page");
		abort();
	}
	mappings[n_mappings++] = (struct mapping){ base, room + page };
	copy = base + room - len;
	if (len)
		memcpy(copy, bytes, len);
	return copy;
}

static void release_guarded(void)
{
	while (n_mappings) {
		n_mappings--;
		munmap(mappings[n_mappings].base, mappings[n_mappings].size);
	}
}

static int list_tests(void)
{
	for (const struct harness_test *test = tests; test; test = test->next)
		puts(test->name);
	return 0;
}

int harness_main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--list"))
		return list_tests();
	for (const struct harness_test *test = tests; test && argc == 2; test = test->next) {
		if (strcmp(test->name, argv[1]) != 0)
			continue;
		test->run();
		release_guarded();
		return n_failed ? 1 : 0;
	}
	fprintf(stderr, "usage: %s --list | TEST\n", argv[0]);
	return 2;
}
