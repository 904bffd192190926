// SPDX-License-Identifier: Apache-2.0
#include "text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static bool has_no_name(int fd)
{
	struct statfs status;

	return !fstatfs(fd, &status) && status.f_type == PIPEFS_MAGIC;
}

/* NULL, or why it is not to be read. */
static const char *fault_of(int fd)
{
	struct stat status;

	if (fd < 0 || fstat(fd, &status))
		return strerror(errno);
	if (S_ISDIR(status.st_mode))
		return strerror(EISDIR);
	if (S_ISREG(status.st_mode) || (S_ISFIFO(status.st_mode) && has_no_name(fd)))
		return NULL;
	return "neither a regular file nor a pipe without a name";
}

FILE *text_file_open(const char *path, const char **why)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	FILE *file = NULL;

	*why = fault_of(fd);
	if (!*why && (fcntl(fd, F_SETFL, 0) || !(file = fdopen(fd, "r"))))
		*why = strerror(errno);
	if (fd >= 0 && !file)
		close(fd);
	return file;
}

static const char *read_all(FILE *file, size_t max, char *text, size_t *len)
{
	if (!text)
		return strerror(ENOMEM);
	*len = fread(text, 1, max + 1, file);
	if (*len > max)
		return strerror(EFBIG);
	return ferror(file) ? strerror(errno) : NULL;
}

char *text_file_read(const char *path, size_t max, size_t *len, const char **why)
{
	FILE *file = text_file_open(path, why);
	char *text;

	if (!file)
		return NULL;
	text = malloc(max + 1);
	*why = read_all(file, max, text, len);
	fclose(file);
	if (!*why)
		return text;
	free(text);
	return NULL;
}

const char *text_file_quote(const char *text, size_t len, char *quoted, size_t size)
{
	size_t i = 0;

	for (; i < len && i + 1 < size; i++)
		quoted[i] = (char)(text[i] >= ' ' && text[i] <= '~' ? text[i] : '?');
	quoted[i] = '\0';
	return quoted;
}
