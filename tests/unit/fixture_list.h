/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixture_list - lists for tests: from text, and random ones.
 */
#ifndef EXOGATE_FIXTURE_LIST_H
#define EXOGATE_FIXTURE_LIST_H

#include "list.h"

struct fixture_row {
	const char *prefix;
	enum prefix_source source;
};

/* Sorted; the caller frees it. */
struct list fixture_list(const struct fixture_row *rows, size_t n);

/* Numbers below n that are the same in every run. */
unsigned fixture_random(unsigned n);

/* n prefixes that nest, repeat and stand beside each other often.  Sorted; the caller frees it. */
struct list fixture_random_list(size_t n, uint8_t family);

/* An address that lies in, or just beside, one of the list's prefixes. */
void fixture_random_address(const struct list *list, uint8_t family, uint8_t addr[16]);

#endif
