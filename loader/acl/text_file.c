// SPDX-License-Identifier: Apache-2.0
#include "text_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

char *text_file_read(const char *path, size_t max, size_t *len)
{
	FILE *file = fopen(path, "re");
	char *text = file ? malloc(max + 1) : NULL;
	int error;

	if (text) {
		*len = fread(text, 1, max + 1, file);
		error = *len > max ? EFBIG : ferror(file) ? errno : 0;
		if (error) {
			free(text);
			text = NULL;
			errno = error;
		}
	}
	if (file)
		fclose(file);
	return text;
}

const char *text_file_quote(const char *text, size_t len, char *quoted, size_t size)
{
	size_t i = 0;

	for (; i < len && i + 1 < size; i++)
		quoted[i] = (char)(text[i] >= ' ' && text[i] <= '~' ? text[i] : '?');
	quoted[i] = '\0';
	return quoted;
}
