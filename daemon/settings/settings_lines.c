// SPDX-License-Identifier: Apache-2.0
#include "settings_lines.h"

#include <errno.h>
#include <stdlib.h>

#include "text_file.h"

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
	const char *why;
	FILE *file = text_file_open(path->text.p, &why);

	if (file) {
		take_lines(file, take, reader);
		if (ferror(file))
			why = strerror(errno);
		fclose(file);
	}
	if (why)
		settings_report_error(&context->report, &path->place, "cannot read %s: %s",
				      path->text.p, why);
	return !why;
}
