// SPDX-License-Identifier: Apache-2.0
#include "pins.h"

#include "exogate_abi.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_NS     100000000
#define PAUSES_PER_S 10

#define DEFAULT_BPFFS "/sys/fs/bpf" /* the parent of EXOGATE_PIN_DIR */

/* Such as that of `ip netns exec`.  No if it cannot be known. */
static bool mounts_are_private(void)
{
	struct stat mine, first;

	return stat("/proc/self/ns/mnt", &mine) == 0 && stat("/proc/1/ns/mnt", &first) == 0 &&
	       (mine.st_ino != first.st_ino || mine.st_dev != first.st_dev);
}

static int require_bpffs(const char *dir)
{
	struct statfs fs;

	if (statfs(dir, &fs))
		return log_errno("cannot look at %s", dir);
	if (fs.f_type == BPF_FS_MAGIC)
		return 0;
	if (mounts_are_private())
		return log_error("no BPF file system at %s in this private mount namespace; enter "
				 "the network namespace by nsenter --net=FILE, not by ip netns "
				 "exec, or name by --bpffs one that was mounted outside",
				 dir);
	if (strcmp(dir, DEFAULT_BPFFS) == 0)
		return log_error("no BPF file system at %s; mount one: mount -t bpf bpf %s", dir,
				 dir);
	return log_error("no BPF file system at %s; name by --bpffs a directory in one, such as %s",
			 dir, EXOGATE_PIN_DIR);
}

int pins_check(const char *dir)
{
	char parent[PATH_MAX];

	if (access(dir, F_OK) == 0)
		return require_bpffs(dir);
	if (snprintf(parent, sizeof(parent), "%s", dir) >= (int)sizeof(parent))
		return log_error("%.40s...: the path is too long", dir);
	return require_bpffs(dirname(parent));
}

/* Is it still the directory of this name, which another loader may have removed meanwhile? */
static bool is_current(int fd, const char *dir)
{
	struct stat held, named;

	return fstat(fd, &held) == 0 && stat(dir, &named) == 0 && held.st_ino == named.st_ino &&
	       held.st_dev == named.st_dev;
}

static int open_directory(const char *dir)
{
	return open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Waits for the lock, after a line if it is taken.  False with errno if it cannot be had. */
static bool take_lock(int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	log_warn("waiting for another exogate-xdp to end");
	while (flock(fd, LOCK_EX)) {
		if (errno != EINTR)
			return false;
	}
	return true;
}

/* The lock, or -1 and errno. */
static int lock(const char *dir)
{
	int fd = open_directory(dir), error = ENOENT;

	if (fd < 0)
		return -1;
	if (!take_lock(fd))
		error = errno;
	else if (is_current(fd, dir))
		return fd;
	close(fd);
	errno = error;
	return -1;
}

int pins_make(const char *dir, bool *made, int *out)
{
	if (pins_check(dir))
		return -1;
	do {
		*made = mkdir(dir, 0700) == 0;
		if (!*made && errno != EEXIST)
			return log_errno("cannot make %s", dir);
		*out = lock(dir);
	} while (*out < 0 && errno == ENOENT);
	if (*out < 0)
		return log_errno("cannot lock %s", dir);
	if (mounts_are_private())
		log_note("note: in this private mount namespace the filter lasts only if the BPF "
			 "file system at %s was mounted outside",
			 dir);
	return 0;
}

int pins_lock(const char *dir, int *out)
{
	*out = lock(dir);
	return *out < 0 && errno != ENOENT ? log_errno("cannot lock %s", dir) : 0;
}

void pins_lock_soon(const char *dir, unsigned seconds, int *out)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	*out = open_directory(dir);
	for (unsigned n = 0; *out >= 0 && flock(*out, LOCK_EX | LOCK_NB); n++) {
		if (n < seconds * PAUSES_PER_S) {
			nanosleep(&pause, NULL);
			continue;
		}
		close(*out);
		*out = -1;
	}
}

void pins_unlock(int held)
{
	if (held >= 0)
		close(held);
}

void pins_tidy(const char *dir)
{
	rmdir(dir);
}

/* A pin of ours is a file without dots, as short as the name of an interface. */
static int may_be_pin(const struct dirent *entry)
{
	return entry->d_type != DT_DIR && !strchr(entry->d_name, '.') &&
	       strlen(entry->d_name) < IF_NAMESIZE;
}

int pins_list(const char *dir, struct dirent ***files)
{
	int n = scandir(dir, files, may_be_pin, alphasort);

	if (n < 0)
		return errno == ENOENT ? 0 : log_errno("cannot list %s", dir);
	if (n == 0)
		free(*files);
	return n;
}

static void exchange(char *text, char from, char to)
{
	for (; *text; text++) {
		if (*text == from)
			*text = to;
	}
}

int pins_path(const char *dir, const char *interface, char path[PATH_MAX])
{
	char file[IF_NAMESIZE];
	size_t len = strlen(interface);

	if (!len || len >= sizeof(file) || strpbrk(interface, "/:"))
		return log_error("%s: not the name of an interface", interface);
	memcpy(file, interface, len + 1);
	exchange(file, '.', EXOGATE_PIN_DOT);
	if (snprintf(path, PATH_MAX, "%s/%s", dir, file) >= PATH_MAX)
		return log_error("%.40s...: the path is too long", dir);
	return 0;
}

void pins_interface(const char *file, char interface[IF_NAMESIZE])
{
	snprintf(interface, IF_NAMESIZE, "%s", file);
	exchange(interface, EXOGATE_PIN_DOT, '.');
}
