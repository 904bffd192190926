// SPDX-License-Identifier: Apache-2.0
#include "bytes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void grow(struct bytes *bytes, size_t len)
{
	char *grown;

	if (bytes->len + len <= bytes->size)
		return;
	bytes->size = 2 * (bytes->len + len);
	grown = realloc(bytes->p, bytes->size);
	if (!grown) {
		perror("exogate-bench");
		exit(1);
	}
	bytes->p = grown;
}

void bytes_put(struct bytes *bytes, const void *p, size_t len)
{
	if (!len)
		return;
	grow(bytes, len);
	memcpy(bytes->p + bytes->len, p, len);
	bytes->len += len;
}

void bytes_put_string(struct bytes *bytes, const char *s)
{
	bytes_put(bytes, s, strlen(s));
}

bool bytes_put_file(struct bytes *bytes, const char *path)
{
	FILE *file = fopen(path, "r");
	char buffer[65536];
	bool ok;
	size_t n;

	if (!file)
		return false;
	while ((n = fread(buffer, 1, sizeof(buffer), file)) > 0)
		bytes_put(bytes, buffer, n);
	ok = !ferror(file);
	fclose(file);
	return ok;
}
