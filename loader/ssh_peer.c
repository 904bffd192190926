// SPDX-License-Identifier: Apache-2.0
#include "ssh_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENVIRONMENT_MAX ((size_t)256 * 1024)
#define ANCESTORS_MAX	64

/* The value of SSH_CONNECTION in a process's environment, on the heap, or NULL. */
static char *connection_of(pid_t pid)
{
	static const char name[] = "SSH_CONNECTION=";
	char path[64], *environment, *found = NULL;
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	environment = calloc(1, ENVIRONMENT_MAX + 1);
	len = environment ? fread(environment, 1, ENVIRONMENT_MAX, file) : 0;
	for (size_t at = 0; at < len && !found; at += strlen(environment + at) + 1) {
		if (strncmp(environment + at, name, strlen(name)) == 0)
			found = strdup(environment + at + strlen(name));
	}
	free(environment);
	fclose(file);
	return found;
}

/* 0 if it cannot be known. */
static pid_t parent_of(pid_t pid)
{
	char path[64], line[512] = "";
	const char *end;
	long parent = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	/* The name stands in parentheses and may have any bytes: the last one ends it.  After it
	 * come a blank, a letter for the state, a blank, and the parent. */
	end = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	if (end && strlen(end) > 4)
		parent = strtol(end + 4, NULL, 10);
	fclose(file);
	return (pid_t)parent;
}

static char *find_connection(void)
{
	pid_t pid = getpid();
	char *found = NULL;

	for (int i = 0; i < ANCESTORS_MAX && pid > 1 && !found; i++, pid = parent_of(pid))
		found = connection_of(pid);
	return found;
}

/* fe80::1%eth0: a zone is none of the address. */
static bool read_address(const char *text, struct prefix *out)
{
	return text && prefix_parse(text, strcspn(text, "%"), out) == PREFIX_OK;
}

/* "CLIENT PORT SERVER PORT" */
bool ssh_peer_find(struct ssh_peer *out)
{
	char *connection = find_connection(), *rest = NULL;
	const char *words[4] = { 0 };
	bool found;

	for (int i = 0; connection && i < 4; i++)
		words[i] = strtok_r(i ? NULL : connection, " ", &rest);
	found = read_address(words[0], &out->client) && read_address(words[2], &out->server) &&
		words[3];
	if (found)
		out->port = (unsigned)strtoul(words[3], NULL, 10);
	free(connection);
	return found;
}
