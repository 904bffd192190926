// SPDX-License-Identifier: Apache-2.0
#include "postconf.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define POSTCONF "/usr/sbin/postconf"

/* Starts it with its standard output in the pipe; 0 if it cannot be started. */
static pid_t start(const char *parameter, int pipe_end)
{
	char *argv[] = { (char[]){ POSTCONF }, (char[]){ "-x" }, (char[]){ "-h" },
			 (char *)parameter, NULL };
	char *environment[] = { NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid = 0;

	if (posix_spawn_file_actions_init(&actions))
		return 0;
	if (posix_spawn_file_actions_adddup2(&actions, pipe_end, STDOUT_FILENO) ||
	    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) ||
	    posix_spawn(&pid, POSTCONF, &actions, NULL, argv, environment))
		pid = 0;
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

/* All that comes out of the pipe, as far as there is room. */
static void read_all(int pipe_end, char *out, size_t size)
{
	char rest[256] = "";
	size_t len = 0;
	ssize_t n;

	do {
		bool room = len + 1 < size;

		n = read(pipe_end, room ? out + len : rest, room ? size - len - 1 : sizeof(rest));
		if (n > 0 && room)
			len += (size_t)n;
	} while (n > 0);
	out[len] = '\0';
	out[strcspn(out, "\n")] = '\0';
}

bool postconf_read(const char *parameter, char *out, size_t size)
{
	int ends[2], status = -1;
	pid_t pid;

	if (access(POSTCONF, X_OK) || pipe2(ends, O_CLOEXEC))
		return false;
	pid = start(parameter, ends[1]);
	close(ends[1]);
	if (pid)
		read_all(ends[0], out, size);
	close(ends[0]);
	return pid && waitpid(pid, &status, 0) == pid && status == 0;
}
