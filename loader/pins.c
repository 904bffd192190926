// SPDX-License-Identifier: Apache-2.0
#include "pins.h"

#include "exogate_abi.h"
#include "log.h"

#include <errno.h>
#include <libgen.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static int require_bpffs(const char *dir)
{
	struct statfs fs;

	if (statfs(dir, &fs))
		return log_errno("cannot look at %s", dir);
	if (fs.f_type != BPF_FS_MAGIC)
		return log_error("no BPF file system at %s; mount one: mount -t bpf bpf %s", dir,
				 dir);
	return 0;
}

int pins_check(const char *dir, bool create)
{
	char parent[PATH_MAX];

	if (access(dir, F_OK) == 0)
		return require_bpffs(dir);
	if (snprintf(parent, sizeof(parent), "%s", dir) >= (int)sizeof(parent))
		return log_error("%.40s...: the path is too long", dir);
	if (require_bpffs(dirname(parent)))
		return -1;
	if (create && mkdir(dir, 0700) && errno != EEXIST)
		return log_errno("cannot make %s", dir);
	return 0;
}

void pins_tidy(const char *dir)
{
	rmdir(dir);
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
