// SPDX-License-Identifier: Apache-2.0
#include "settings_lines.h"

#include <errno.h>
#include <stdlib.h>

static void take_lines(FILE *file, settings_line *take, void *reader)
{
	char *text = NULL;
	unsigned int n = 0;
	size_t size = 0;
	ssize_t len;

	while ((len = getline(&text, &size, file)) >= 0)
		take(reader, ++n, span_of(text, (size_t)len));
	free(text);
}

bool settings_lines_read(struct settings_context *context, const struct settings_value *path,
			 settings_line *take, void *reader)
{
	FILE *file = fopen(path->text.p, "re");
	bool good = false;

	if (file) {
		take_lines(file, take, reader);
		good = !ferror(file);
	}
	if (!good)
		settings_report_error(&context->report, &path->place, "cannot read %s: %s",
				      path->text.p, strerror(errno));
	if (file)
		fclose(file);
	return good;
}
