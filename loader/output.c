// SPDX-License-Identifier: Apache-2.0
#include "output.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE 0666 /* of a new file, less the umask */

/* Where a symbolic link leads to; the path itself if there is nothing. */
static int resolve(const char *path, char out[PATH_MAX])
{
	if (realpath(path, out))
		return 0;
	if (errno == ENOENT && strlen(path) < PATH_MAX) {
		memcpy(out, path, strlen(path) + 1);
		return 0;
	}
	return log_errno("%s", path);
}

/* What the old file has, or what a new one would. */
static int set_mode(const struct output *output, int fd)
{
	mode_t mask = umask(0);
	struct stat old;

	umask(mask);
	if (stat(output->path, &old))
		return fchmod(fd, MODE & ~mask);
	return fchown(fd, old.st_uid, old.st_gid) || fchmod(fd, old.st_mode & 07777) ? -1 : 0;
}

static int open_beside(struct output *output)
{
	int len = snprintf(output->beside, sizeof(output->beside), "%s.XXXXXX", output->path);
	int fd;

	if (len >= (int)sizeof(output->beside)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(output->beside, O_CLOEXEC);
	if (fd < 0)
		return -1;
	output->stream = set_mode(output, fd) == 0 ? fdopen(fd, "w") : NULL;
	if (output->stream)
		return 0;
	close(fd);
	unlink(output->beside);
	return -1;
}

int output_open(const char *path, struct output *out)
{
	struct stat old;

	if (resolve(path, out->path))
		return -1;
	if (stat(out->path, &old) == 0 && !S_ISREG(old.st_mode))
		return log_error("%s: not a regular file, which could be replaced", path);
	return open_beside(out) ? log_errno("cannot write beside %s", path) : 0;
}

/* So that the new name outlives a crash, too. */
static void sync_directory(const char *path)
{
	char copy[PATH_MAX];
	int fd;

	memcpy(copy, path, strlen(path) + 1);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

int output_commit(struct output *output)
{
	bool written = fflush(output->stream) == 0 && !ferror(output->stream) &&
		       fsync(fileno(output->stream)) == 0;

	if (!written || rename(output->beside, output->path)) {
		log_errno("cannot write %s", output->path);
		output_abandon(output);
		return -1;
	}
	fclose(output->stream);
	sync_directory(output->path);
	return 0;
}

void output_abandon(struct output *output)
{
	fclose(output->stream);
	unlink(output->beside);
}
