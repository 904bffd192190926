// SPDX-License-Identifier: Apache-2.0
#include "json_line.h"

#include <stdio.h>
#include <stdlib.h>

char *json_line(json_t *root)
{
	char *text = root ? json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
	char *line = NULL;

	json_decref(root);
	if (text && asprintf(&line, "%s\n", text) < 0)
		line = NULL;
	free(text);
	return line;
}
