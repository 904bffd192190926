// SPDX-License-Identifier: Apache-2.0
#include "privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "listen_passed.h"

bool privileges_open_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			return false;
	return true;
}

void privileges_close_inherited(void)
{
	close_range(STDERR_FILENO + 1 + (unsigned int)listen_passed_count(), ~0U, 0);
}

static bool become(const char *user, FILE *errors)
{
	const struct passwd *account;

	errno = 0;
	account = getpwnam(user);
	if (!account) {
		fprintf(errors,
			"exogated: user \"%s\": %s; create it or change the setting \"user\"\n",
			user, errno ? strerror(errno) : "no such account");
		return false;
	}
	if (initgroups(user, account->pw_gid) || setgid(account->pw_gid) ||
	    setuid(account->pw_uid)) {
		fprintf(errors,
			"exogated: cannot become user \"%s\": %s; start exogated as root or leave "
			"the setting \"user\" out\n",
			user, strerror(errno));
		return false;
	}
	return true;
}

bool privileges_drop(const char *user, FILE *errors)
{
	if (user && !become(user, errors))
		return false;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		fprintf(errors, "exogated: cannot set no-new-privileges: %s\n", strerror(errno));
		return false;
	}
	return true;
}

/* What there is to read was good a moment ago: the errors are about reading it. */
static void warn_of_errors(const char *user, char *errors, FILE *warnings)
{
	for (char *line; (line = strsep(&errors, "\n"));)
		if (*line && !strstr(line, ": warning: "))
			fprintf(warnings,
				"exogated: warning: a reload will fail: user \"%s\": %s; give that "
				"account the right to read it\n",
				user, line);
}

static void try_reading(const char *user, const struct settings_source *source, FILE *warnings)
{
	char *text = NULL;
	size_t len;
	FILE *errors = open_memstream(&text, &len);
	struct settings *settings = errors ? settings_load_from(source, errors) : NULL;

	if (errors)
		fclose(errors);
	if (text && !settings)
		warn_of_errors(user, text, warnings);
	settings_free(settings);
	free(text);
}

void privileges_foresee(const char *user, const struct settings_source *source, FILE *warnings)
{
	struct stat status;
	pid_t child;

	if (!user || geteuid() != 0 || stat(source->path, &status) || !S_ISREG(status.st_mode))
		return;
	fflush(NULL);
	child = fork();
	if (child == 0) {
		if (become(user, warnings))
			try_reading(user, source, warnings);
		fflush(warnings);
		_exit(0);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
}

void privileges_warn(const char *user, const struct settings_source *source, FILE *warnings)
{
	if (user)
		try_reading(user, source, warnings);
	if (geteuid() == 0)
		fprintf(warnings,
			"exogated: warning: serves as root; name an account in the setting "
			"\"user\"\n");
}
