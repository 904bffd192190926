/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protect - protected endpoints as text: PORT, any:PORT, ADDRESS:PORT, [ADDRESS]:PORT.
 */
#ifndef EXOGATE_PROTECT_H
#define EXOGATE_PROTECT_H

#include "exogate_abi.h"

#include <stdbool.h>

#define PROTECT_DEFAULT "any:25"

/* Adds one to the configuration; NULL, or what is wrong with it. */
const char *protect_add(struct exogate_config *config, const char *text);

/* Is the endpoint one of those of the configuration? */
bool protect_has(const struct exogate_config *config, const struct exogate_endpoint *endpoint);

/* Do both protect the same endpoints, in whatever order? */
bool protect_same(const struct exogate_config *a, const struct exogate_config *b);

#define PROTECT_TEXT_SIZE sizeof("[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535")

/* Writes ADDRESS:PORT, or any:PORT, to PROTECT_TEXT_SIZE bytes; returns them. */
const char *protect_format(const struct exogate_endpoint *endpoint, char text[PROTECT_TEXT_SIZE]);

#endif
