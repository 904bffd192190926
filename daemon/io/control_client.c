// SPDX-License-Identifier: Apache-2.0
#include "control_client.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "observed_print.h"
#include "status_print.h"

#define PATIENCE_S 60 /* with the daemon: to read a large policy takes its time */

static const char *mend_of(int error)
{
	switch (error) {
	case ENOENT:
	case ECONNREFUSED:
		return "is exogated running, with this setting \"control\"?";
	case EACCES:
		return "ask as root";
	default:
		return "try again";
	}
}

/* Sends the command and reads the answer, a line; NULL with errno. */
static char *exchange(int fd, const char *command)
{
	FILE *daemon = fdopen(fd, "r+");
	char *answer = NULL;
	size_t size = 0;
	ssize_t len = -1;

	if (!daemon) {
		close(fd);
		return NULL;
	}
	errno = ECONNRESET;
	if (fprintf(daemon, "%s\n", command) > 0 && fflush(daemon) == 0)
		len = getline(&answer, &size, daemon);
	fclose(daemon);
	if (len > 0)
		return answer;
	free(answer);
	return NULL;
}

/* The daemon's answer, which the caller frees, or NULL after a line on errors. */
static char *ask(const char *path, const char *command, FILE *errors)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char *answer = NULL;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (fd >= 0 && !connect(fd, (const struct sockaddr *)&address, sizeof(address)))
		answer = exchange(fd, command);
	else if (fd >= 0)
		close(fd);
	if (!answer)
		fprintf(errors, "exogated: %s: %s; %s\n", path, strerror(errno), mend_of(errno));
	return answer;
}

static json_t *ask_json(const char *path, const char *command, FILE *errors)
{
	char *answer = ask(path, command, errors);
	json_t *root;

	if (!answer)
		return NULL;
	root = json_loads(answer, 0, NULL);
	free(answer);
	if (root && !json_object_get(root, "error"))
		return root;
	fprintf(errors, "exogated: the daemon did not understand; is it of this version?\n");
	json_decref(root);
	return NULL;
}

/* --- what the commands print ------------------------------------------------------------------ */

static bool print_answer(json_t *root, bool json, void (*print)(json_t *root))
{
	if (!root)
		return false;
	if (!json)
		print(root);
	else if (!json_dumpf(root, stdout, JSON_PRESERVE_ORDER))
		putchar('\n');
	json_decref(root);
	return true;
}

bool control_status(const char *path, bool json, FILE *errors)
{
	return print_answer(ask_json(path, "status", errors), json, status_print);
}

bool control_tenants(const char *path, bool json, FILE *errors)
{
	return print_answer(ask_json(path, "tenants", errors), json, observed_print);
}

/* --- reload ----------------------------------------------------------------------------------- */

bool control_reload(const char *path, FILE *errors)
{
	json_t *root = ask_json(path, "reload", errors);
	const json_t *lines = json_object_get(root, "lines");
	bool ok = json_is_true(json_object_get(root, "ok"));

	if (!root)
		return false;
	for (size_t i = 0; i < json_array_size(lines); i++)
		fprintf(errors, "%s\n", json_string_value(json_array_get(lines, i)));
	if (!ok)
		fprintf(errors, "exogated: not reloaded; the daemon goes on as before\n");
	json_decref(root);
	return ok;
}
