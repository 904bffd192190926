/* SPDX-License-Identifier: Apache-2.0 */
/*
 * postconf - what this host's Postfix is set to, as postconf(1) says.
 */
#ifndef EXOGATE_POSTCONF_H
#define EXOGATE_POSTCONF_H

#include <stdbool.h>
#include <stddef.h>

/* Reads the first line of a parameter's value, other parameters in it expanded.  False if there is
 * no Postfix, or no such parameter. */
bool postconf_read(const char *parameter, char *out, size_t size);

#endif
