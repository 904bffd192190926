// SPDX-License-Identifier: Apache-2.0
#include "resolver_host.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "text_file.h"

#define BLANKS " \t\r\n"

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool is_same(const struct resolver_host_version *a, const struct resolver_host_version *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       is_same_time(&a->modified, &b->modified) && is_same_time(&a->changed, &b->changed);
}

/* To be asked before the file is read: what is written meanwhile is then another version. */
static bool version_of(FILE *file, struct resolver_host_version *version)
{
	struct stat status;

	if (fstat(fileno(file), &status))
		return false;
	*version = (struct resolver_host_version){
		.device = status.st_dev,
		.inode = status.st_ino,
		.size = status.st_size,
		.modified = status.st_mtim,
		.changed = status.st_ctim,
	};
	return true;
}

static bool is_address(const char *text)
{
	struct in6_addr address;

	return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1;
}

/* The address of a line as resolv.conf(5) has it, or NULL. */
static const char *server_of(char *line)
{
	static const char keyword[] = "nameserver";
	char *rest = line + strlen(keyword), *address;

	if (strncmp(line, keyword, strlen(keyword)) != 0 || !*rest || !strchr(BLANKS, *rest))
		return NULL;
	address = strtok_r(rest, BLANKS, &rest);
	return address && is_address(address) ? address : NULL;
}

/* False if there is none. */
static bool read_servers(FILE *file, struct resolver_host *host)
{
	char *line = NULL, *end = host->servers;
	size_t size = 0;

	for (size_t n = 0; n < SETTINGS_NAME_SERVERS_MAX && getline(&line, &size, file) >= 0;) {
		const char *server = server_of(line);

		if (server)
			end += sprintf(end, "%s%s", n++ ? "," : "", server);
	}
	free(line);
	return end > host->servers && !ferror(file);
}

bool resolver_host_look(const struct resolver_host *before, struct resolver_host *now)
{
	struct resolver_host host = { 0 };
	const char *why;
	FILE *file = text_file_open(RESOLVER_HOST_FILE, &why);
	bool is_new;

	if (!file)
		return false;
	is_new = version_of(file, &host.version) && !is_same(&host.version, &before->version) &&
		 read_servers(file, &host);
	fclose(file);
	if (is_new)
		*now = host;
	return is_new;
}
