// SPDX-License-Identifier: Apache-2.0
#include "holder.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 512

/* Does this file of /proc/PID/fdinfo describe the program, or a link to it? */
static bool is_of_program(const char *path, __u32 program)
{
	static const char key[] = "prog_id:";
	char line[128];
	bool found = false;
	FILE *file = fopen(path, "re");

	while (file && !found && fgets(line, sizeof(line), file))
		found = strncmp(line, key, strlen(key)) == 0 &&
			strtoul(line + strlen(key), NULL, 10) == program;
	if (file)
		fclose(file);
	return found;
}

static bool holds(const char *pid, __u32 program)
{
	char path[PATH_SIZE];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%.16s/fdinfo", pid);
	dir = opendir(path);
	while (dir && !found && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%.16s/fdinfo/%.16s", pid, entry->d_name);
		found = entry->d_name[0] != '.' && is_of_program(path, program);
	}
	if (dir)
		closedir(dir);
	return found;
}

static void read_name(const char *pid, char name[32])
{
	char path[PATH_SIZE];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%.16s/comm", pid);
	file = fopen(path, "re");
	if (!file || !fgets(name, 32, file))
		snprintf(name, 32, "?");
	name[strcspn(name, "\n")] = '\0';
	if (file)
		fclose(file);
}

const char *holder_describe(__u32 program, char text[HOLDER_TEXT_SIZE])
{
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	char name[32];

	snprintf(text, HOLDER_TEXT_SIZE, "held by no process");
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
		    !holds(entry->d_name, program))
			continue;
		read_name(entry->d_name, name);
		snprintf(text, HOLDER_TEXT_SIZE, "held by %s (process %.16s)", name, entry->d_name);
		break;
	}
	if (dir)
		closedir(dir);
	return text;
}
