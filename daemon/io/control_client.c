// SPDX-License-Identifier: Apache-2.0
#include "control_client.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

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

/* --- status ----------------------------------------------------------------------------------- */

static int64_t number(const json_t *object, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(object, key));
}

/* "N first, M second": what has been counted, each with its reason. */
static void print_counts(const char *title, json_t *object)
{
	const char *separator = "";
	void *at;

	printf("  %-13s", title);
	if (json_object_size(object) == 0)
		printf("none");
	for (at = json_object_iter(object); at; at = json_object_iter_next(object, at)) {
		printf("%s%" PRId64 " %s", separator,
		       (int64_t)json_integer_value(json_object_iter_value(at)),
		       json_object_iter_key(at));
		separator = ", ";
	}
	putchar('\n');
}

static void print_workers(const json_t *workers)
{
	for (size_t i = 0; i < json_array_size(workers); i++) {
		const json_t *worker = json_array_get(workers, i);

		printf("  worker %-6zu%" PRId64 " connections, %" PRId64 " messages\n", i,
		       number(worker, "connections"), number(worker, "messages"));
	}
}

static void print_status(const json_t *root)
{
	const json_t *policy = json_object_get(root, "policy");
	const json_t *connections = json_object_get(root, "connections");
	const json_t *messages = json_object_get(root, "messages");

	printf("exogated %s, pid %" PRId64 ", serves with %s for %" PRId64 " s\n",
	       json_string_value(json_object_get(root, "version")), number(root, "pid"),
	       json_string_value(json_object_get(root, "engine")), number(root, "uptime_s"));
	printf("policy: %" PRId64 " tenants, %" PRId64 " domains, read %" PRId64 " s ago (%" PRId64
	       " reloads, %" PRId64 " that failed)\n",
	       number(policy, "tenants"), number(policy, "domains"), number(policy, "loaded_s_ago"),
	       number(policy, "reloads"), number(policy, "failed_reloads"));
	printf("connections: %" PRId64 " open of %" PRId64 ", %" PRId64 " since the start\n",
	       number(connections, "open"), number(connections, "limit"),
	       number(connections, "total"));
	print_counts("closed", json_object_get(connections, "closed"));
	print_workers(json_object_get(root, "workers"));
	printf("messages: %" PRId64 ", of which %" PRId64 " waited for memory\n",
	       number(messages, "total"), number(messages, "waited"));
	print_counts("accept", json_object_get(messages, "accept"));
	print_counts("reject", json_object_get(messages, "reject"));
	print_counts("tempfail", json_object_get(messages, "tempfail"));
	print_counts("would reject", json_object_get(messages, "would_reject"));
	printf("log: %" PRId64 " lines lost\n", number(json_object_get(root, "log"), "lost"));
}

bool control_status(const char *path, bool json, FILE *errors)
{
	json_t *root = ask_json(path, "status", errors);

	if (!root)
		return false;
	if (!json)
		print_status(root);
	else if (!json_dumpf(root, stdout, JSON_PRESERVE_ORDER))
		putchar('\n');
	json_decref(root);
	return true;
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
