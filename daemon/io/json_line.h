/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_line - answers of the control socket, made with jansson.
 */
#ifndef EXOGATE_JSON_LINE_H
#define EXOGATE_JSON_LINE_H

#include <jansson.h>
#include <stdint.h>

static inline json_t *json_number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

/*
 * Takes the object, which is NULL without memory.  The text ends with a line feed; the caller
 * frees.  NULL without memory.
 */
char *json_line(json_t *root);

#endif
