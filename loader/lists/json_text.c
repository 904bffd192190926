// SPDX-License-Identifier: Apache-2.0
#include "json_text.h"

#include "list.h"

#include <limits.h>
#include <stdio.h>

json_t *json_text(const char *text)
{
	char escaped[4 * PATH_MAX + 1], *out = escaped;
	json_t *string = json_string(text);

	if (string)
		return string;
	for (; *text && out < escaped + sizeof(escaped) - 5; text++) {
		if (*text >= ' ' && *text <= '~')
			*out++ = *text;
		else
			out += sprintf(out, "\\x%02x", (unsigned char)*text);
	}
	return json_stringn(escaped, (size_t)(out - escaped));
}

json_t *json_prefix(const struct prefix *prefix)
{
	char text[PREFIX_TEXT_SIZE];

	return json_pack("{s:s,s:s}", "prefix", prefix_format(prefix, text), "source",
			 list_source_name(prefix->source));
}

void json_write(FILE *out, json_t *root)
{
	json_dumpf(root, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(root);
}

void json_print(json_t *root)
{
	json_write(stdout, root);
}
